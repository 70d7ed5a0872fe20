import { z } from 'zod'
import { defineContract } from './contract.ts'

export const readDocs = defineContract({
  name: 'readDocs',
  method: 'get',
  path: '/docs',
  group: 'About this API',
  scope: 'anyone',
  summary: 'This API as a page to read',
  reply: z.string(),
  media: 'text/html; charset=utf-8',
  failures: [],
})
