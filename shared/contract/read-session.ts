import { defineContract } from './contract.ts'
import { SessionDocument } from './session-document.ts'

export const readSession = defineContract({
  name: 'readSession',
  method: 'get',
  path: '/api/v1/session',
  group: 'Operations',
  scope: 'anyone',
  summary: 'Who is signed in, and what this one may',
  description: 'By a session or by an API token of any scope; without either 401.',
  reply: SessionDocument,
  failures: ['unauthorized', 'unavailable'],
})
