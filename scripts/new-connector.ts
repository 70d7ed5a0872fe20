import { newConnector } from './new-connector/new-connector.ts'

/** `npm run new:connector -- --name my-source --type streaming --format json` */
process.exitCode = newConnector(process.argv.slice(2), `${import.meta.dirname}/..`, console)
