/** The edge as it is deployed, without its consumers: see the options of startBenchServer. */
export * from '../../workers/index.ts'
export { default } from '../../workers/index.ts'
