import { Mapping } from '../import/mapping.ts'
import { defineContract } from './contract.ts'
import { MappingDocument } from './mapping-document.ts'

export const createMapping = defineContract({
  name: 'createMapping',
  method: 'post',
  path: '/api/v1/mappings',
  group: 'Operations',
  scope: 'imports:write',
  summary: 'Save how the columns of a file become events',
  description:
    'A column goes to a field of an event: `userId`, `properties.total:number`, `timestamp:date:DD.MM.YYYY HH:mm`; types ' +
    'are string, number, boolean, date and json. One column may go to several fields, as a list.',
  body: Mapping,
  reply: MappingDocument,
  status: 201,
  failures: ['conflict', 'unprocessable'],
})
