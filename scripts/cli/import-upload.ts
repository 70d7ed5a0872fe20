import { closeSync, createReadStream, openSync, readSync, statSync } from 'node:fs'
import { extname } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { CliError, EXIT } from './command.ts'

/** A file on this machine as the body of a bulk import. */
export interface LocalFile {
  readonly path: string
  /** On disk; of a packed file less than what is sent. */
  readonly bytes: number
  readonly isPacked: boolean
}

const TYPES: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  text: 'text/plain',
}
const FORMAT_OF_ENDING: Readonly<Record<string, string>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
}

/** @throws CliError when there is no such file */
export function localFile(path: string): LocalFile {
  try {
    const { size, isFile } = ((stat) => ({ size: stat.size, isFile: stat.isFile() }))(statSync(path))
    if (!isFile) throw new CliError(`${path} is no file.`)
    return { path, bytes: size, isPacked: extname(path).toLowerCase() === '.gz' }
  } catch (error) {
    if (error instanceof CliError) throw error
    throw new CliError(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? error}.`)
  }
}

/** By what was asked for, else by the name of the file, else by how it begins. @throws CliError for another format */
export function contentTypeOf(file: LocalFile, format: string | undefined, charset: string | undefined): string {
  const name = file.isPacked ? file.path.slice(0, -3) : file.path
  const found = format ?? FORMAT_OF_ENDING[extname(name).toLowerCase()] ?? formatOf(firstByte(file))
  const type = TYPES[found]
  if (!type) throw new CliError(`--format is one of ${Object.keys(TYPES).join(', ')}.`, EXIT.usage)
  return charset === undefined ? type : `${type}; charset=${charset}`
}

function formatOf(first: string): string {
  return first === '{' ? 'ndjson' : first === '[' ? 'json' : 'csv'
}

function firstByte({ path, isPacked }: LocalFile): string {
  if (isPacked) return ''
  const handle = openSync(path, 'r')
  const byte = Buffer.alloc(1)
  readSync(handle, byte)
  closeSync(handle)
  return byte.toString('latin1')
}

/** The body, unpacked, telling how many bytes of the file on disk were read. */
export function bodyOf(file: LocalFile, onRead: (bytes: number) => void): ReadableStream<Uint8Array> {
  let read = 0
  const counted = new Transform({
    transform(chunk: Buffer, _, next) {
      onRead((read += chunk.byteLength))
      next(null, chunk)
    },
  })
  const source = createReadStream(file.path).on('error', (error) => counted.destroy(error))
  const stream = source.pipe(counted)
  if (!file.isPacked) return webStream(stream)
  const unpacked = createGunzip()
  stream.on('error', (error) => unpacked.destroy(error))
  return webStream(stream.pipe(unpacked))
}

/** Node and the Workers types name the same stream differently. */
function webStream(stream: Readable): ReadableStream<Uint8Array> {
  return Readable.toWeb(stream) as unknown as ReadableStream<Uint8Array>
}
