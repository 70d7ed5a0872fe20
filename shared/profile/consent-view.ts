import { bareName, type ConsentWrite, kindOfName } from '../consent/consent.ts'
import type { ConsentDocument, ConsentHistoryPage, ConsentHistoryQuery, ConsentsDocument } from '../consent/document.ts'
import { encodeCursor } from '../kernel/cursor.ts'
import { toIso } from '../kernel/instant.ts'
import { consentChanges, consentsOf, type LedgerChange, placeOf } from './consents.ts'
import type { ProfileState } from './state.ts'

/** What readers see of the ledger. */
export function consentsDocument(state: ProfileState): ConsentsDocument {
  return Object.fromEntries([...consentsOf(state)].map(([name, write]) => [name, consentDocument(write)]))
}

export function consentHistoryPage(
  state: ProfileState,
  { limit, cursor, name }: ConsentHistoryQuery,
): ConsentHistoryPage {
  const changes = consentChanges(state, name === undefined ? undefined : bareName(name))
  const after = cursor
    ? changes.filter((change) => {
        const { at } = change.write
        return at < cursor.at || (at === cursor.at && placeOf(change) < cursor.id)
      })
    : changes
  const shown = after.slice(0, limit)
  const last = shown.at(-1)
  return {
    history: shown.map(changeDocument),
    cursor: last && after.length > limit ? encodeCursor({ at: last.write.at, id: placeOf(last) }) : null,
  }
}

function changeDocument({ name, write }: LedgerChange) {
  return { name, [kindOfName(name)]: name, ...consentDocument(write) }
}

function consentDocument({ status, at, source, messageId, proof, expiresAt }: ConsentWrite): ConsentDocument {
  return {
    status,
    at: toIso(at),
    source,
    messageId,
    ...(proof === undefined ? {} : { proof }),
    ...(expiresAt === undefined ? {} : { expiresAt: toIso(expiresAt) }),
  }
}
