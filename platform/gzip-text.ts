import { gunzipSync } from 'node:zlib'

/** The text of an object that was packed with gzip. */
export async function gunzippedText(object: { arrayBuffer(): Promise<ArrayBuffer> }): Promise<string> {
  return gunzipSync(new Uint8Array(await object.arrayBuffer())).toString('utf8')
}
