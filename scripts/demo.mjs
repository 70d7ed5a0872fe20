// `npm run demo`. Plain JavaScript, so that an old Node gets as far as its message.
import './assert-node.mjs'

const { demo } = await import('./demo/demo.ts')
await demo()
