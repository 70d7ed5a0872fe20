/** What the program needs in a Cloudflare account, read from wrangler.toml, and what wrangler answers about it. Pure. */
export interface Resources {
  readonly worker: string
  readonly database: { readonly binding: string; readonly name: string }
  /** Dead-letter queues included, each once. */
  readonly queues: readonly string[]
  readonly buckets: readonly string[]
  readonly secrets: readonly string[]
}

/** The parts of wrangler's parsed configuration that matter here. */
export interface WranglerConfig {
  readonly name?: string | undefined
  readonly d1_databases: readonly { readonly binding: string; readonly database_name?: string | undefined }[]
  readonly r2_buckets: readonly { readonly bucket_name?: string | undefined }[]
  readonly queues: {
    readonly producers?: readonly { readonly queue?: string | undefined }[] | undefined
    readonly consumers?:
      | readonly { readonly queue: string; readonly dead_letter_queue?: string | undefined }[]
      | undefined
  }
  readonly secrets?: { readonly required?: readonly string[] | undefined } | undefined
}

export function resourcesOf(config: WranglerConfig): Resources {
  const database = config.d1_databases[0]
  if (!config.name || !database?.database_name) throw new Error('wrangler.toml names no Worker or no D1 database')
  const queues = [
    ...(config.queues.consumers ?? []).flatMap(({ queue, dead_letter_queue }) => [dead_letter_queue, queue]),
    ...(config.queues.producers ?? []).map(({ queue }) => queue),
  ]
  return {
    worker: config.name,
    database: { binding: database.binding, name: database.database_name },
    queues: [...new Set(queues.filter((queue) => queue !== undefined))].sort(),
    buckets: config.r2_buckets.flatMap(({ bucket_name }) => bucket_name ?? []),
    secrets: config.secrets?.required ?? [],
  }
}

/** The id of a database in the answer of `wrangler d1 list --json`, or undefined when it is not there yet. */
export function databaseId(listed: string, name: string): string | undefined {
  const databases = JSON.parse(listed) as readonly { readonly uuid: string; readonly name: string }[]
  return databases.find((database) => database.name === name)?.uuid
}

/**
 * The secrets that the Worker lacks, by the answer to `wrangler secret list --format json`; undefined when that answer
 * says nothing certain. Only "no such Worker" means all of them: to take a failed question for a no would replace
 * IDENTITY_SECRET, and with it the identity graph would be lost.
 */
export function missingSecrets(
  required: readonly string[],
  answer: { readonly ok: boolean; readonly text: string; readonly complaint: string },
): readonly string[] | undefined {
  if (!answer.ok) return /Worker "[^"]*"[^\n]* not found/.test(answer.complaint) ? required : undefined
  const present = JSON.parse(answer.text) as readonly { readonly name: string }[]
  return required.filter((name) => !present.some((secret) => secret.name === name))
}

/** The rows of the first result of `wrangler d1 execute --json`. */
export function firstRows(executed: string): readonly { readonly [column: string]: unknown }[] {
  const results = JSON.parse(executed) as readonly { readonly results?: readonly { [column: string]: unknown }[] }[]
  return results[0]?.results ?? []
}

/** The Worker's address in wrangler's output file (one JSON object per line), or undefined without a route. */
export function deployedUrl(outputFile: string): string | undefined {
  for (const line of outputFile.split('\n')) {
    if (line.trim() === '') continue
    const entry = JSON.parse(line) as { readonly type?: string; readonly targets?: readonly string[] }
    if (entry.type !== 'deploy') continue
    const target = entry.targets?.find((candidate) => !candidate.includes(' '))
    if (target) return target.startsWith('http') ? target : `https://${target}`
  }
  return undefined
}

/**
 * wrangler.toml with the account's database id, to be read from a folder two levels further down. The checked-in file
 * keeps its placeholder: the id is a fact of one account, and the local database is filed under it.
 */
export function configForAccount(toml: string, id: string): string {
  const header = '# Made by npm run deploy from wrangler.toml; changes are lost.\n'
  return (
    header +
    toml
      .replace(/^(\s*database_id\s*=\s*)"[^"]*"/m, `$1"${id}"`)
      .replace(/^(\s*(?:main|migrations_dir|directory)\s*=\s*)"([^"]*)"/gm, '$1"../../$2"')
  )
}
