import { z } from 'zod'
import type { Delivery } from '../delivery.ts'
import { type DestinationTools, defineDestination, jsonPost, skip } from '../destination-type.ts'
import { fieldOf, jsonIn, readStatus, reasonOf, refused } from '../verdict.ts'
import { nameIn } from '../who.ts'
import {
  ACCOUNT_SECRETS,
  accountHeaders,
  accountSettings,
  accountToken,
  accountUrl,
  userIdentifiers,
} from './google-ads-account.ts'

/** Google takes ten operations in a request. */
const MOST = 10

/**
 * Customer Match: who enters a segment is put on a user list, who leaves it is taken off. Adding whom the list has, and
 * removing whom it has not, is no error, so a delivery may come twice.
 * https://developers.google.com/google-ads/api/reference/rpc/v26/UserDataService/UploadUserData
 */
export const googleAdsAudience = defineDestination({
  type: 'google-ads-audience',
  title: 'Google Ads Customer Match',
  about:
    'Keeps a user list in step with segments, by hashed e-mail and phone. Built from its documentation; not verified against it.',
  settings: z.strictObject({
    ...accountSettings,
    userListId: z.string().regex(/^\d{1,20}$/, 'must be digits'),
    /** Google asks advertisers to say so for people in the EEA; what is not said is sent as unspecified. */
    adUserData: z.enum(['GRANTED', 'DENIED']).optional(),
    adPersonalization: z.enum(['GRANTED', 'DENIED']).optional(),
  }),
  secrets: ACCOUNT_SECRETS,
  takes: ['track'],
  most: MOST,
  token: accountToken,
  call(deliveries, settings, tools) {
    const operations = deliveries.flatMap((delivery) => operationOf(delivery, tools))
    if (operations.length === 0) return skip('no_membership_of_a_person_with_email_or_phone')
    const { customerId, userListId, adUserData, adPersonalization } = settings
    const consent = { ...(adUserData && { adUserData }), ...(adPersonalization && { adPersonalization }) }
    const metadata = {
      userList: `customers/${customerId}/userLists/${userListId}`,
      ...(Object.keys(consent).length > 0 ? { consent } : {}),
    }
    return jsonPost(
      accountUrl(settings, 'uploadUserData'),
      { operations, customerMatchUserListMetadata: metadata },
      accountHeaders(settings, tools),
    )
  },
  read(reply, now) {
    const failure = fieldOf(jsonIn(reply), 'partialFailureError')
    return reply.status === 200 && failure !== undefined ? refused(reasonOf(reply)) : readStatus(reply, now)
  },
})

/** Only ENTER and EXIT say something about a list; whoever has neither e-mail nor phone cannot be on one. */
function operationOf(delivery: Delivery, tools: DestinationTools) {
  const change = / (ENTER|EXIT)$/.exec(nameIn(delivery))?.[1]
  const identifiers = userIdentifiers(delivery, tools)
  if (change === undefined || identifiers.length === 0) return []
  return [{ [change === 'ENTER' ? 'create' : 'remove']: { userIdentifiers: identifiers } }]
}
