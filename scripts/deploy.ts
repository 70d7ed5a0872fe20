import { deploy } from './deploy/deploy.ts'

// `npm run deploy`; npm puts the project's own Node on the path, which runs TypeScript.
await deploy()
