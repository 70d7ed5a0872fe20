import { setTimeout as sleep } from 'node:timers/promises'
import { DemoError, type Server, sendIngest } from './client.ts'
import { inParallel } from './in-parallel.ts'
import type { Reading } from './metrics.ts'
import { outcomeTable } from './outcome-table.ts'
import { profileCard, readProfile } from './profile.ts'
import { startProgress } from './progress.ts'
import { readMetrics, untilSettled } from './settle.ts'
import { FIRST_SEEN_BEFORE_BASE, planShop, type ShopPlan } from './shop-plan.ts'

const IN_FLIGHT = 6
/** ENTER and EXIT wait for stragglers: the default window of 2 s, and a little for the alarm. */
const SEGMENTS_SETTLE_MS = 3_000

/** Replays the shop's traffic and prints what came of it. @throws DemoError when the server does not play along */
export async function runShop(server: Server, seed: number, people: number): Promise<void> {
  const plan = planShop(seed, people, await baseTime(server, seed))
  const before = await readMetrics(server)
  console.log(
    `A small shop: ${people} people, ${plan.messages} messages in ${plan.requests.length} requests, seed ${seed}.`,
  )
  await sendAll(server, plan)
  const since = await untilSettled(server, before, plan.messages)
  console.log(`\n${outcomeTable(since)}\n`)
  if (changedNothing(since)) console.log('Tributary had seen all of them before (duplicate): nothing changed.\n')
  else await sleep(SEGMENTS_SETTLE_MS)
  await showPeople(server, plan)
}

/** The base of an earlier run with this seed, so that bodies repeat to the millisecond; else now. */
async function baseTime(server: Server, seed: number): Promise<number> {
  const [first] = planShop(seed, 1, 0).people
  const known = await readProfile(server, `user_id:${first?.userId}`)
  return known ? Date.parse(known.firstSeen) + FIRST_SEEN_BEFORE_BASE : Date.now()
}

async function sendAll(server: Server, plan: ShopPlan): Promise<void> {
  const progress = startProgress('sending', plan.messages)
  let sent = 0
  await inParallel(plan.requests, IN_FLIGHT, async (request) => {
    await sendIngest(server, request)
    sent += request.items
    progress.update(sent)
  })
  progress.update(sent)
  progress.end()
}

function changedNothing(since: Reading): boolean {
  return since.applied === 0 && since.duplicate > 0
}

async function showPeople(server: Server, plan: ShopPlan): Promise<void> {
  const titles = ['on two devices', 'anonymous, then a customer', 'a phone that was offline for hours']
  for (const [i, title] of titles.entries()) {
    const person = plan.people[i]
    if (!person) continue
    const profile = await readProfile(server, `user_id:${person.userId}`)
    if (!profile) throw new DemoError(`There is no profile for ${person.userId}, who should be ${title}.`)
    console.log(`${profileCard(`${person.name} (${title})`, profile)}\n`)
  }
}
