import { describe, expect, test } from 'vitest'
import { NOW, told, tools } from '../../test/support/provider-told.ts'
import { providers } from './index.ts'
import { messageItem } from './message-item.ts'
import type { KeptHook, ProviderName } from './provider.ts'

describe('as a message of ours', () => {
  const item = (name: ProviderName, record: unknown, hook: Partial<KeptHook> = {}) => {
    const events = told(name, record, hook)
    return typeof events === 'string' ? events : events.map((event) => messageItem(event, name))
  }

  test('a person of a CRM is an identify by the record, with our names for what we know', () => {
    const payload = {
      ChangeEventHeader: {
        entityName: 'Contact',
        recordIds: ['003A'],
        changeType: 'UPDATE',
        changedFields: ['Name.FirstName', 'Email', 'Rating'],
        nulledFields: ['MobilePhone'],
        commitTimestamp: 1_714_172_795_000,
      },
      Name: { FirstName: 'Ann' },
      Email: 'ann@b.c',
      Rating: 'Hot',
      MobilePhone: null,
    }
    expect(item('salesforce', { payload })).toMatchObject([
      {
        type: 'identify',
        timestamp: '2024-04-26T23:06:35.000Z',
        traits: { firstName: 'Ann', email: 'ann@b.c', salesforce_Rating: 'Hot', phone: null },
        context: { externalIds: [{ type: 'salesforce_contact_id', id: '003A' }] },
      },
    ])
  })

  test('a record of anything else is nobody’s', () => {
    const payload = {
      ChangeEventHeader: { entityName: 'Account', recordIds: ['001A'], changeType: 'CREATE' },
      Name: 'Acme',
    }
    expect(item('salesforce', { payload })).toEqual([undefined])
  })

  test('an erasure asked of HubSpot is an event of the person', () => {
    expect(item('hubspot', { subscriptionType: 'contact.privacyDeletion', objectId: 4 })).toMatchObject([
      {
        event: 'HubSpot Contact Erasure Requested',
        context: { externalIds: [{ type: 'hubspot_contact_id', id: '4' }] },
      },
    ])
  })

  test('an order of Shopify is about its customer, and its ids keep all their digits', () => {
    const text =
      '{"id":9007199254740993,"note":"9007199254740993 \\"x","total":12.5,"customer":{"id":9007199254740995,"email":"a@b.c"}}'
    const hook = {
      headers: {
        'x-shopify-topic': 'orders/paid',
        'x-shopify-event-id': 'e1',
        'x-shopify-shop-domain': 's.myshopify.com',
      },
    }
    const read = providers.shopify.read({ query: '', headers: {}, text, receivedAt: NOW }, tools)
    if (!read.ok) throw new Error(read.failure)
    expect(item('shopify', read.value[0], hook)).toMatchObject([
      {
        event: 'Shopify orders/paid',
        messageId: 'e1:orders/paid:s.myshopify.com',
        properties: { id: '9007199254740993', note: '9007199254740993 "x', total: 12.5 },
        context: {
          externalIds: [
            { type: 'shopify_customer_id', id: '9007199254740995' },
            { type: 'email', id: 'a@b.c' },
          ],
        },
      },
    ])
  })

  test('an event of Stripe is about its customer', () => {
    const object = { object: 'invoice', customer: 'cus_1', customer_email: 'a@b.c', metadata: { user_id: 'u1' } }
    expect(
      item('stripe', { id: 'evt_1', type: 'invoice.paid', created: 1_714_172_795, data: { object } }),
    ).toMatchObject([
      {
        event: 'Stripe invoice.paid',
        messageId: 'evt_1',
        userId: 'u1',
        context: {
          externalIds: [
            { type: 'stripe_customer_id', id: 'cus_1' },
            { type: 'email', id: 'a@b.c' },
          ],
        },
      },
    ])
  })

  test('what names nobody is nobody’s', () => {
    expect(item('stripe', { id: 'evt_2', type: 'balance.available', data: { object: { object: 'balance' } } })).toEqual(
      [undefined],
    )
    const mail = { messageId: 'm', destination: ['a@b.c', 'd@e.f'] }
    expect(item('ses', { id: 's', event: { eventType: 'Open', open: {}, mail } })).toEqual([undefined])
  })
})
