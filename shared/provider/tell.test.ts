import { describe, expect, test } from 'vitest'
import { told } from '../../test/support/provider-told.ts'
import type { KeptHook, ProviderName } from './provider.ts'

/** The tables of contracts/providers.md §2, row by row. */

function table(
  name: ProviderName,
  make: (row: never) => unknown,
  rows: readonly (readonly [never, readonly object[]])[],
  hook: Partial<KeptHook> = {},
) {
  test.each(rows)(`${name}: %j`, (row, expected) => {
    const events = told(name, make(row), hook)
    expect(events).toMatchObject(expected)
    expect(events).toHaveLength(expected.length)
  })
}

const rows = <R>(...list: readonly (readonly [R, readonly object[]])[]) =>
  list as unknown as readonly (readonly [never, readonly object[]])[]

describe('what is told', () => {
  table(
    'sendgrid',
    (row: object) => ({
      email: 'a@b.c',
      sg_event_id: 'e',
      timestamp: 1_513_299_569,
      sg_message_id: 'abc.def.1',
      ...row,
    }),
    rows<object>(
      [{ event: 'processed' }, [{ type: 'accepted', messageId: 'abc', at: 1_513_299_569_000, dedup: 'e' }]],
      [{ event: 'deferred', attempt: '5' }, [{ type: 'deferred' }]],
      [{ event: 'bounce', type: 'bounce', status: '4.2.2' }, [{ type: 'bounced', bounce: 'hard' }]],
      [{ event: 'bounce', type: 'blocked', status: '5.2.2' }, [{ type: 'bounced', bounce: 'soft', code: '5.2.2' }]],
      [{ event: 'bounce', status: '5.1.1' }, [{ type: 'bounced', bounce: 'hard' }]],
      [{ event: 'bounce', status: '4.0.0' }, [{ type: 'bounced', bounce: 'soft' }]],
      [{ event: 'dropped', reason: 'Bounced Address' }, [{ type: 'failed', reason: 'suppressed' }]],
      [{ event: 'dropped', reason: 'Invalid SMTPAPI header' }, [{ type: 'failed', reason: 'rejected' }]],
      [{ event: 'open', sg_machine_open: true }, [{ type: 'opened', machine: true }]],
      [{ event: 'click', url: 'https://x.y' }, [{ type: 'clicked', url: 'https://x.y' }]],
      [{ event: 'spamreport' }, [{ type: 'complained' }]],
      [{ event: 'unsubscribe' }, [{ type: 'unsubscribed', scope: 'all' }]],
      [{ event: 'group_resubscribe', asm_group_id: 10 }, [{ type: 'resubscribed', scope: 'group:10' }]],
      [
        { event: 'delivered', cdp_user_id: 'u1', sg_message_id: undefined },
        [{ type: 'delivered', metadata: { cdp_user_id: 'u1' } }],
      ],
      [{ event: 'account_status_change' }, []],
      [{ event: 'constructor' }, []],
    ),
  )

  table(
    'mailgun',
    (row: object) => ({
      signature: { token: 't' },
      'event-data': { id: 'i', recipient: 'a@b.c', timestamp: 1_521_233_195.375, ...row },
    }),
    rows<object>(
      [{ event: 'delivered' }, [{ type: 'delivered', dedup: 't:i', at: 1_521_233_195_375 }]],
      [{ event: 'failed', severity: 'temporary', reason: 'generic' }, [{ type: 'deferred' }]],
      [{ event: 'failed', severity: 'permanent', reason: 'generic' }, [{ type: 'bounced', bounce: 'hard' }]],
      [
        { event: 'failed', severity: 'permanent', reason: 'suppress-complaint' },
        [{ type: 'failed', reason: 'suppressed' }],
      ],
      [{ event: 'failed', severity: 'permanent', reason: 'old' }, [{ type: 'bounced', bounce: 'soft' }]],
      [{ event: 'rejected' }, [{ type: 'failed', reason: 'rejected' }]],
      [{ event: 'opened', 'client-info': { bot: 'apple' } }, [{ type: 'opened', machine: true }]],
      [{ event: 'opened', 'client-info': { bot: '' } }, [{ type: 'opened' }]],
      [{ event: 'list_member_uploaded' }, []],
    ),
  )

  table(
    'postmark',
    (row: object) => ({ MessageID: 'm', Recipient: 'a@b.c', ...row }),
    rows<object>(
      [
        { RecordType: 'Delivery', DeliveredAt: '2022-09-02T14:29:19.1234567Z' },
        [{ type: 'delivered', at: 1_662_128_959_123 }],
      ],
      [{ RecordType: 'Bounce', ID: 42, Type: 'Transient' }, [{ type: 'deferred', dedup: 'Bounce:42' }]],
      [{ RecordType: 'Bounce', ID: 42, Type: 'SpamNotification' }, [{ type: 'bounced', bounce: 'soft' }]],
      [{ RecordType: 'Bounce', ID: 42, Type: 'AutoResponder' }, [{ type: 'replied', reason: 'auto' }]],
      [{ RecordType: 'Bounce', ID: 42, Type: 'ManuallyDeactivated' }, [{ type: 'failed', reason: 'suppressed' }]],
      [{ RecordType: 'Bounce', ID: 42, Type: 'NobodyKnows' }, [{ type: 'bounced', bounce: 'soft' }]],
      [{ RecordType: 'Bounce', ID: 42, Type: 'NobodyKnows', Inactive: true }, [{ type: 'bounced', bounce: 'hard' }]],
      [{ RecordType: 'SpamComplaint', ID: 7 }, [{ type: 'complained', dedup: 'SpamComplaint:7' }]],
      [{ RecordType: 'SubscriptionChange', SuppressSending: false }, [{ type: 'resubscribed' }]],
      [
        { RecordType: 'SubscriptionChange', SuppressSending: true, SuppressionReason: 'ManualSuppression' },
        [{ type: 'unsubscribed' }],
      ],
      [
        { RecordType: 'SubscriptionChange', SuppressSending: true, SuppressionReason: 'SpamComplaint' },
        [{ kind: 'mirror', cause: 'complaint' }],
      ],
      [{ RecordType: 'Nothing' }, []],
    ),
  )

  table(
    'resend',
    ([type, data]: [string, object]) => ({
      type,
      created_at: '2026-01-01T00:00:00Z',
      data: { email_id: 'e', to: ['a@b.c'], created_at: '2020-01-01', ...data },
    }),
    rows<[string, object]>(
      [
        ['email.bounced', { bounce: { type: 'Permanent', subType: 'General' } }],
        [{ type: 'bounced', bounce: 'hard', dedup: 'svix-1', at: Date.UTC(2026, 0, 1) }],
      ],
      [['email.bounced', { bounce: { type: 'Transient' } }], [{ bounce: 'soft' }]],
      [
        ['email.bounced', { bounce: { type: 'Permanent', subType: 'Suppressed' } }],
        [{ type: 'failed', reason: 'suppressed' }],
      ],
      [['email.bounced', {}], [{ bounce: 'hard' }]],
      [['email.clicked', { click: { link: 'https://x.y' } }], [{ type: 'clicked', url: 'https://x.y' }]],
      [['email.received', { from: 'Ann <ann@b.c>' }], [{ type: 'replied', recipient: 'ann@b.c' }]],
      [['email.scheduled', {}], [{ type: 'accepted' }]],
      [['contact.created', {}], []],
    ),
    { headers: { 'svix-id': 'svix-1' } },
  )

  table(
    'brevo',
    (event: string) => ({ event, email: 'a@b.c', ts_epoch: 1_520_363_423_000, date: '2018-03-06 11:10:23' }),
    rows<string>(
      ['hardBounce', [{ type: 'bounced', bounce: 'hard', at: 1_520_363_423_000 }]],
      ['soft_bounce', [{ bounce: 'soft' }]],
      ['blocked', [{ type: 'failed', reason: 'suppressed' }]],
      ['uniqueOpened', [{ type: 'opened' }]],
      ['unique_proxy_open', [{ type: 'opened', machine: true }]],
      ['unsubscribe', [{ type: 'unsubscribed' }]],
      ['list_addition', []],
    ),
  )

  table(
    'mandrill',
    (row: object) => ({ ts: 1_365_111_111, _id: 'x', msg: { email: 'a@b.c', metadata: { user_id: 111 } }, ...row }),
    rows<object>(
      [{ event: 'send' }, [{ type: 'sent', metadata: { user_id: 111 } }]],
      [{ event: 'deferral' }, [{ type: 'deferred' }]],
      [{ event: 'unsub' }, [{ type: 'unsubscribed' }]],
      [{ event: 'reject' }, [{ type: 'failed', reason: 'suppressed' }]],
      [
        { type: 'blacklist', action: 'add', reject: { email: 'a@b.c', reason: 'hard-bounce' } },
        [{ kind: 'mirror', suppressed: true, cause: 'hard_bounce' }],
      ],
      [
        { event: 'inbound', msg: { from_email: 'c@d.e', text: 'hi' } },
        [{ type: 'replied', recipient: 'c@d.e', detail: 'hi' }],
      ],
    ),
  )

  table(
    'twilio',
    (row: object) => ({ MessageSid: 'SM1', To: '+15558675310', From: '+15017122661', ...row }),
    rows<object>(
      [{ MessageStatus: 'queued' }, [{ type: 'accepted', dedup: 'SM1:queued', channel: 'sms' }]],
      [
        { MessageStatus: 'read', To: 'whatsapp:+15558675310' },
        [{ type: 'read', channel: 'whatsapp', recipient: '+15558675310' }],
      ],
      [{ MessageStatus: 'undelivered', ErrorCode: '30006' }, [{ bounce: 'hard' }]],
      [{ MessageStatus: 'undelivered' }, [{ bounce: 'soft' }]],
      [{ MessageStatus: 'undelivered', ErrorCode: '30007' }, [{ type: 'failed', reason: 'filtered' }]],
      [{ MessageStatus: 'failed', ErrorCode: '30008' }, [{ type: 'failed', reason: 'filtered' }]],
      [
        { MessageStatus: 'failed', ErrorCode: '21610' },
        [
          { type: 'failed', reason: 'suppressed' },
          { type: 'unsubscribed', dedup: 'SM1:unsubscribed' },
        ],
      ],
      [{ MessageStatus: 'canceled' }, [{ type: 'failed', reason: 'other' }]],
      [{ SmsStatus: 'received', Body: 'Stop it' }, [{ type: 'replied', recipient: '+15017122661', dedup: 'SM1' }]],
      [{ SmsStatus: 'received', Body: 'unsubscribe ' }, [{ type: 'replied' }, { type: 'unsubscribed' }]],
      [{ SmsStatus: 'received', Body: 'STOP', MessagingServiceSid: 'MG1' }, [{ type: 'replied' }]],
      [
        { SmsStatus: 'received', Body: 'x', OptOutType: 'START', MessagingServiceSid: 'MG1' },
        [{ type: 'replied' }, { type: 'resubscribed' }],
      ],
    ),
  )

  table(
    'meta',
    ([what, record]: [string, object]) => ({ what, account: '1', number: '2', record }),
    rows<[string, object]>(
      [
        [
          'statuses',
          { id: 'w', status: 'failed', recipient_id: '1650', timestamp: '1750857384', errors: [{ code: 131050 }] },
        ],
        [
          { type: 'failed', reason: 'suppressed', code: '131050' },
          { type: 'unsubscribed', scope: 'marketing' },
        ],
      ],
      [['statuses', { id: 'w', status: 'warning', recipient_id: '1650' }], []],
      [
        ['messages', { id: 'w', from: '1650', timestamp: '1750857384', type: 'button', button: { text: 'Yes' } }],
        [{ type: 'replied', detail: 'Yes', dedup: 'w', at: 1_750_857_384_000 }],
      ],
      [
        ['user_preferences', { wa_id: '1650', value: 'stop', timestamp: '1' }],
        [{ type: 'unsubscribed', scope: 'marketing' }],
      ],
    ),
  )

  table(
    'hubspot',
    (row: object) => ({ eventId: 1, subscriptionId: 2, portalId: 3, objectId: 4, occurredAt: 5, ...row }),
    rows<object>(
      [
        { subscriptionType: 'contact.propertyChange', propertyName: 'email', propertyValue: '' },
        [{ op: 'update', set: {}, clear: ['email'], dedup: '3:2:1:4:5' }],
      ],
      [{ subscriptionType: 'contact.privacyDeletion' }, [{ op: 'erase', record: '4' }]],
      [
        { subscriptionType: 'contact.merge', primaryObjectId: 9, mergedObjectIds: [4, 5] },
        [{ op: 'merge', record: '9', merged: ['4', '5'] }],
      ],
      [{ subscriptionType: 'conversation.newMessage' }, []],
    ),
  )
})
