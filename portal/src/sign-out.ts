import type { deleteSession } from '../../shared/contract/delete-session.ts'
import { ask } from './api.ts'

export async function signOut(): Promise<void> {
  await ask<typeof deleteSession>('delete', '/api/v1/session', {})
  location.assign('/sign-in')
}
