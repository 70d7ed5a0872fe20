import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mintWriteKey } from '../../platform/hashing.ts'
import { randomSecret } from '../../platform/new-workspace.ts'
import { type FirstWorkspace, newFirstWorkspace } from '../bootstrap.ts'
import { StartError } from './settings.ts'
import { writePrivately } from './write-privately.ts'

/**
 * The secrets of a local Tributary, made at random on its first start and kept in `secrets.json` of the state folder
 * (mode 0600). Everything in the folder hangs on them: without IDENTITY_SECRET the identity graph cannot be read.
 */
export interface LocalSecrets {
  readonly first: FirstWorkspace
  readonly writeKeySecret: string
  readonly identitySecret: string
}

/**
 * @param dataFolder where the databases are: when it exists and the secrets do not, new ones would not fit it
 * @throws StartError when the secrets are gone or unreadable
 */
export function loadOrMakeSecrets(stateFolder: string, dataFolder: string): LocalSecrets {
  const path = join(stateFolder, 'secrets.json')
  if (existsSync(path)) return read(path)
  if (existsSync(dataFolder)) {
    throw new StartError(
      `${path} is missing, but there is data from before in ${dataFolder}, which is useless without it. ` +
        `Put the file back, or delete ${stateFolder} to start afresh.`,
    )
  }
  const secrets = {
    first: newFirstWorkspace(Date.now()),
    writeKeySecret: randomSecret(),
    identitySecret: randomSecret(),
  }
  writePrivately(path, secrets)
  return secrets
}

export function writeKeyOf(secrets: LocalSecrets): string {
  return mintWriteKey(secrets.writeKeySecret, secrets.first.sourceId)
}

function read(path: string): LocalSecrets {
  try {
    const found: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (isSecrets(found)) return found
  } catch (error) {
    throw new StartError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`)
  }
  throw new StartError(`${path} does not hold what it should. Put the right file back, or delete the folder.`)
}

function isSecrets(value: unknown): value is LocalSecrets {
  const secrets = value as LocalSecrets
  return (
    [secrets?.writeKeySecret, secrets?.identitySecret, secrets?.first?.workspace, secrets?.first?.sourceId].every(
      (text) => typeof text === 'string' && text !== '',
    ) &&
    [secrets.first.tokenId, secrets.first.apiToken].every((text) => typeof text === 'string' && text !== '') &&
    typeof secrets.first.createdAt === 'number'
  )
}
