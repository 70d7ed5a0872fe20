import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queries } from './queries.ts'
import { router } from './router.tsx'
import './styles.css'
import { showTheme } from './theme.ts'
import { loadWords } from './words/words.ts'

// zod, where a page loads it, would try whether it may compile code, which the policy of the portal forbids and reports.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } })
showTheme()
await loadWords()

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
