import { javascriptObserver } from '../../plugin/type/javascript-observer.ts'
import { DELIVERY_TYPES } from '../delivery.ts'
import { defineDestination, skip } from '../destination-type.ts'
import { DELIVERED } from '../verdict.ts'

/**
 * What a plugin of type `javascript-observer` is to its lane: nothing is called over the network, the code of the
 * workspace is run (platform/destination-code.ts). Installed as a plugin, so it is not in the list of destinations.
 */
export const javascript = defineDestination({
  type: 'javascript',
  title: javascriptObserver.title,
  about: javascriptObserver.about,
  settings: javascriptObserver.settings,
  secrets: [],
  takes: DELIVERY_TYPES,
  most: 100,
  runsCode: true,
  call: () => skip('runs_code'),
  read: () => DELIVERED,
})
