import type { Position } from '../shared/profile/state.ts'

/** An opaque place in a timeline, for clients to hand back. A cursor that was tampered with reads as none. */
export function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify([position.at, position.id])).toString('base64url')
}

export function decodeCursor(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    if (!Array.isArray(parsed) || typeof parsed[0] !== 'number' || typeof parsed[1] !== 'string') return undefined
    return { at: parsed[0], id: parsed[1] }
  } catch {
    return undefined
  }
}
