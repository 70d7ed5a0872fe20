/** How the launcher proves to the process of customer code (code-process.ts) that it is the one that started it. */
export const CODE_TOKEN_HEADER = 'x-code-token'
