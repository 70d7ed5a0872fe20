import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { findTributary } from '../local/dev-file.ts'
import { DemoError, type Server } from './client.ts'
import { runOrders } from './run-orders.ts'
import { runShop } from './run-shop.ts'

const HELP = `npm run demo [-- options]

Replays a small shop's traffic through the public endpoints of a running Tributary (npm start), waits until every
message has an outcome, and shows what came of it. A second run with the same seed changes nothing.

  --people N       how many people visit the shop (default 60)
  --seed N         another seed is another set of people (default 1)
  --orders FILE    load a real order file instead and check every customer's profile against it; CSV with the columns
                   InvoiceNo, StockCode, Description, Quantity, InvoiceDate (Europe/London), UnitPrice, CustomerID, Country
  --help           this text

Talks to the Tributary of TRIBUTARY_STATE (default .tributary/), else to the one that TRIBUTARY_URL,
TRIBUTARY_WRITE_KEY and TRIBUTARY_TOKEN name.`

/** `npm run demo`: reads the arguments, finds the server, ends with 0, or with 1 and one clear line. */
export async function demo(): Promise<void> {
  process.stdout.on('error', () => process.exit(0)) // The reader of a pipe has seen enough.
  try {
    await run(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof DemoError ? error.message : error)
    process.exitCode = 1
  }
}

async function run(args: string[]): Promise<void> {
  const options = parse(args)
  if (options.help) return console.log(HELP)
  const server = theServer()
  // npm runs scripts in the project's folder; a file is named from where the person is.
  const from = process.env['npm_lifecycle_event'] === 'demo' ? process.env['INIT_CWD'] : undefined
  if (options.orders !== undefined) await runOrders(server, resolve(from ?? '', options.orders))
  else await runShop(server, options.seed, options.people)
}

interface Options {
  readonly help: boolean
  readonly seed: number
  readonly people: number
  readonly orders: string | undefined
}

/** @throws DemoError naming the argument at fault */
function parse(args: string[]): Options {
  const text = { type: 'string' } as const
  try {
    const { values } = parseArgs({
      args,
      options: { help: { type: 'boolean', short: 'h' }, seed: text, people: text, orders: text },
    })
    return {
      help: values.help ?? false,
      seed: wholeNumber('--seed', values.seed ?? '1', 0, 1_000_000),
      people: wholeNumber('--people', values.people ?? '60', 3, 10_000),
      orders: values.orders,
    }
  } catch (error) {
    throw new DemoError(`${error instanceof Error ? error.message : error}\n\n${HELP}`)
  }
}

function wholeNumber(name: string, text: string, low: number, high: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
  if (!(value >= low && value <= high)) throw new DemoError(`${name} takes a whole number from ${low} to ${high}.`)
  return value
}

function theServer(): Server {
  const server = findTributary(process.env)
  if (server) return server
  throw new DemoError(
    'There is no running Tributary. Start one in another terminal with `npm start`, or name one: ' +
      'TRIBUTARY_URL, TRIBUTARY_WRITE_KEY and TRIBUTARY_TOKEN.',
  )
}
