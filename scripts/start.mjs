// `npm start`. Plain JavaScript, so that an old Node gets as far as its message. The open-file limit needs no help here:
// Node raises its own to the hard limit, and workerd inherits it.
import './assert-node.mjs'

const { supervise } = await import('./local/supervise.ts')
supervise()
