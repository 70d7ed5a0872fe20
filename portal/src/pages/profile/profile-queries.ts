import { queryOptions } from '@tanstack/react-query'
import type { readProfile } from '../../../../shared/contract/read-profile.ts'
import type { readProfileIdentity } from '../../../../shared/contract/read-profile-identity.ts'
import { ask } from '../../api.ts'

export function profileQuery(ref: string) {
  return queryOptions({
    queryKey: ['profile', ref],
    queryFn: ({ signal }) =>
      ask<typeof readProfile>('get', '/api/v1/profiles/{ref}', { params: { ref }, query: { meta: '1' } }, signal),
    // Somebody may be watching what an event does to a person.
    refetchInterval: 5_000,
  })
}

export function identityQuery(ref: string) {
  return queryOptions({
    queryKey: ['profile', ref, 'identity'],
    queryFn: ({ signal }) =>
      ask<typeof readProfileIdentity>('get', '/api/v1/profiles/{ref}/identity', { params: { ref } }, signal),
  })
}
