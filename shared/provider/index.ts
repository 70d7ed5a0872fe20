import { brevo } from './brevo.ts'
import { hubspot } from './hubspot.ts'
import { mailgun } from './mailgun.ts'
import { mandrill } from './mandrill.ts'
import { meta } from './meta.ts'
import { postmark } from './postmark.ts'
import type { Provider, ProviderName } from './provider.ts'
import { resend } from './resend.ts'
import { salesforce } from './salesforce.ts'
import { sendgrid } from './sendgrid.ts'
import { ses } from './ses.ts'
import { shopify } from './shopify.ts'
import { standardWebhooks } from './standard-webhooks.ts'
import { stripe } from './stripe.ts'
import { twilio } from './twilio.ts'

/** Everything that may call `POST /hooks/{provider}/{sourceId}`. */
export const providers: Readonly<Record<ProviderName, Provider>> = {
  sendgrid,
  mailgun,
  postmark,
  ses,
  resend,
  brevo,
  mandrill,
  twilio,
  meta,
  hubspot,
  shopify,
  stripe,
  salesforce,
  'standard-webhooks': standardWebhooks,
}

export function providerOf(name: string): Provider | undefined {
  return Object.hasOwn(providers, name) ? providers[name as ProviderName] : undefined
}
