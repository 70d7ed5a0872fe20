import type { MatchPerson, MatchRecord } from '../durable-objects/index.ts'
import { auditStatement } from '../platform/audit.ts'
import { mergeByDecision } from '../platform/identity-decisions.ts'
import { absorbProfile, forgetProfile, MOST_RECORDS } from '../platform/match-forget.ts'
import { indexPerson, keysOf, peopleOf, personOf } from '../platform/match-index.ts'
import { modelOf, type VersionedModel } from '../platform/match-model.ts'
import {
  decisionStatement,
  type MatchRow,
  type Proposal,
  pairsWith,
  proposalStatements,
  withdrawStatements,
} from '../platform/match-pairs.ts'
import { profileStub } from '../platform/stubs.ts'
import type { WorkspaceConfig } from '../shared/config/workspace-config.ts'
import type { CanonicalId } from '../shared/kernel/id.ts'
import { asDict } from '../shared/kernel/json.ts'
import { judge } from '../shared/matching/judge.ts'
import { type PersonFields, personFields, preparePerson, valuesOf } from '../shared/matching/person-fields.ts'
import type { Prepared } from '../shared/matching/record.ts'
import { learnWhenGrown } from './match-learning.ts'

/**
 * Looks for people who are probably the same as the ones that changed: reads what is compared, replaces their rows of the
 * index, asks it who shares a key, judges each candidate on the whole, and proposes or joins. Everything is read anew, so a
 * profile may come again at any time.
 */

/** Candidates that are judged of one profile, those that share the rarest keys first. */
const MOST_JUDGED = 12
/** What a merge by a rule is told to be decided by. */
export const RULE = 'rule:matching'

/** What is at hand while profiles of one workspace are matched. */
interface Matching {
  readonly env: Env
  readonly config: WorkspaceConfig
  readonly fields: PersonFields
  readonly versioned: VersionedModel
  readonly now: number
  /** The decisions of the identity graph; another one in tests. */
  readonly decisions: Decisions
}

export interface Decisions {
  readonly mergeByDecision: typeof mergeByDecision
}

/** @throws when a store fails: the caller tries again */
export async function matchProfiles(
  env: Env,
  config: WorkspaceConfig,
  profiles: readonly CanonicalId[],
  now: number,
  decisions: Decisions = { mergeByDecision },
): Promise<void> {
  const { mode, fields: chosen } = config.settings.identity.matching
  if (mode === 'off') return
  const fields = personFields(chosen)
  const versioned = await modelOf(env, config.id, fields, now)
  for (const id of new Set(profiles)) await matchProfile({ env, config, fields, versioned, now, decisions }, id)
}

async function matchProfile(matching: Matching, id: CanonicalId): Promise<void> {
  const { env, config, fields } = matching
  const read = await profileStub(env, config.id, id).read({ meta: false })
  // Merged away: its own message says into whom. Gone: so is everything that was compared.
  if (read.kind === 'moved') return
  if (read.kind === 'unknown') {
    await forgetProfile(env, config.id, id)
    return
  }
  const values = valuesOf(fields, read.value)
  const before = await personOf(env, config.id, id)
  const records = recordsOf(id, values, before, fields)
  const keys = keysOf(env, config.id, fields, records)
  const { neighbours, people } = await indexPerson(env, config.id, id, before, {
    fingerprint: fields.fingerprint,
    records,
    keys,
  })
  await propose(matching, id, records, neighbours)
  await learnWhenGrown(env, config.id, fields, matching.versioned, people, matching.now)
}

/** What is compared of a profile: what it says now, and what those said who were merged into it. */
function recordsOf(
  id: CanonicalId,
  values: Readonly<Record<string, string>>,
  before: MatchPerson | undefined,
  fields: PersonFields,
): readonly MatchRecord[] {
  const absorbed = before?.fingerprint === fields.fingerprint ? before.records.filter(({ from }) => from !== id) : []
  const own = Object.keys(values).length > 0 ? [{ from: id, values: { ...values } }] : []
  return [...own, ...absorbed].slice(0, MOST_RECORDS)
}

function preparedOf(fields: PersonFields, records: readonly MatchRecord[]): readonly Prepared[] {
  return records.map(({ from, values }) => preparePerson(fields, from, asDict({ ...values })))
}

/** Judges the candidates, and those of open proposals, and puts down what came of it. */
async function propose(
  matching: Matching,
  id: CanonicalId,
  records: readonly MatchRecord[],
  neighbours: readonly CanonicalId[],
): Promise<void> {
  const { env, config, fields, versioned, now } = matching
  const { reviewAbove } = config.settings.identity.matching
  const known = await pairsWith(env, config.id, id)
  const rowOf = new Map(known.map((row) => [row.a === id ? row.b : row.a, row]))
  const open = [...rowOf].flatMap(([other, { state }]) => (state === 'open' ? [other] : []))
  const asked = neighbours.filter((other) => (rowOf.get(other)?.state ?? 'open') === 'open')
  const people = await peopleOf(env, config.id, [...new Set([...asked.slice(0, MOST_JUDGED), ...open])])
  const comparable = [...people].filter(([, { fingerprint }]) => fingerprint === fields.fingerprint)
  const own = preparedOf(fields, records)
  const others = comparable.map(([other, person]) => ({ other, records: preparedOf(fields, person.records) }))
  const judged = judge(
    versioned.model,
    own,
    others.map((each) => each.records),
  )
  const proposals = others.flatMap(({ other }, i): Proposal[] => {
    const { probability, weights } = judged[i] as (typeof judged)[number]
    if (probability < reviewAbove) return []
    return [{ other, probability, weights, modelVersion: versioned.version }]
  })
  const still = new Set(proposals.map(({ other }) => other))
  const withdrawn = open.flatMap((other) => (still.has(other) ? [] : [rowOf.get(other) as MatchRow]))
  const statements = [...proposalStatements(env, config.id, id, proposals, now), ...withdrawStatements(env, withdrawn)]
  if (statements.length > 0) await env.DB.batch([...statements])
  const alone = new Set(others.flatMap(({ other }, i) => (judged[i]?.mayJoinAlone ? [other] : [])))
  await joinBest(
    matching,
    id,
    proposals.filter(({ other }) => alone.has(other)),
  )
}

/** In mode `automatic` the likeliest is joined, if it is likely enough; the merge itself brings the rest of them here again. */
async function joinBest(matching: Matching, id: CanonicalId, proposals: readonly Proposal[]): Promise<void> {
  const { env, config, decisions, now } = matching
  const { mode, mergeAbove, reviewAbove } = config.settings.identity.matching
  if (mode !== 'automatic') return
  const likely = proposals.filter(({ probability }) => probability >= Math.max(mergeAbove, reviewAbove))
  likely.sort((x, y) => y.probability - x.probability || (x.other < y.other ? -1 : 1))
  for (const { other, probability } of likely) {
    if (await haveTwoUsers(env, config, id, other)) continue
    const merged = await decisions.mergeByDecision(env, config, id, other, { kind: 'rule', at: now, probability })
    const row = (await pairsWith(env, config.id, id)).find(({ a, b }) => a === other || b === other)
    if ('refusal' in merged) {
      // A person said that they are two, and need not be asked again. Limits are for a person to pass over.
      if (merged.refusal === 'apart' && row)
        await decisionStatement(env, row, { state: 'rejected', by: RULE }, now).run()
      continue
    }
    const detail = { match: row?.id, profiles: [id, other], probability, mergeId: merged.mergeId }
    await env.DB.batch([
      ...(row ? [decisionStatement(env, row, { state: 'accepted', by: RULE, mergeId: merged.mergeId }, now)] : []),
      auditStatement({ env, workspace: config.id, tokenId: RULE, now }, 'acceptMatch', detail),
    ])
    await absorbProfile(env, config.id, merged.id, merged.id === id ? other : id)
    return
  }
}

/** Matching by likeness never joins two different users, whatever the limits allow. */
async function haveTwoUsers(env: Env, config: WorkspaceConfig, a: CanonicalId, b: CanonicalId): Promise<boolean> {
  const { uniqueType } = config.settings.identity
  const [left, right] = await Promise.all(
    [a, b].map(async (id) => {
      const read = await profileStub(env, config.id, id).read({ meta: false })
      if (read.kind !== 'found') return []
      return read.value.identifiers.flatMap(({ type, value }) => (type === uniqueType ? [value] : []))
    }),
  )
  const one = new Set([...(left ?? []), ...(right ?? [])])
  return (left ?? []).length > 0 && (right ?? []).length > 0 && one.size > 1
}
