import { z } from 'zod'
import { defineContract } from './contract.ts'

export const readOpenApi = defineContract({
  name: 'readOpenApi',
  method: 'get',
  path: '/api/openapi.json',
  group: 'About this API',
  scope: 'anyone',
  summary: 'This API as an OpenAPI 3.1 document',
  reply: z.looseObject({ openapi: z.string() }),
  failures: [],
})
