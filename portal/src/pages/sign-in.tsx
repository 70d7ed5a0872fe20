import { useMutation } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useEffect } from 'react'
import type { createSession } from '../../../shared/contract/create-session.ts'
import { ApiError, ask } from '../api.ts'
import { Button } from '../components/button.tsx'
import { Field } from '../components/field.tsx'
import { t } from '../words/words.ts'

const route = getRouteApi('/sign-in')

export function SignInPage() {
  const { once, next } = route.useSearch()
  const signIn = useMutation({
    mutationFn: (token: string) => ask<typeof createSession>('post', '/api/v1/session', { body: { token } }),
    // Everything begins anew, in the name of who is signed in now.
    onSuccess: () => location.assign(insideOnly(next)),
  })
  useEffect(() => {
    document.title = `${t('signIn.title')} · Tributary`
  }, [])
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    signIn.mutate(String(new FormData(event.currentTarget).get('token')))
  }
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-md">
        <img src="/icon.svg" alt="" width="44" height="44" className="mb-6" />
        <h1>{t('signIn.title')}</h1>
        <p className="mt-2 mb-8 text-muted">{t('signIn.lead')}</p>
        {once && !signIn.isError ? (
          <p role="alert" className="mb-6 rounded-lg bg-warn-tint px-4 py-3 text-sm text-warn">
            {t('signIn.linkUsed')}
          </p>
        ) : null}
        <form onSubmit={submit} className="flex flex-col gap-5 rounded-2xl border border-line bg-surface p-6 sm:p-8">
          <Field
            label={t('signIn.token')}
            name="token"
            type="password"
            autoComplete="current-password"
            required
            autoFocus
            spellCheck={false}
            hint={t('signIn.tokenHint')}
            problem={problemOf(signIn.error)}
          />
          <Button type="submit" look="main" disabled={signIn.isPending}>
            {t('signIn.submit')}
          </Button>
        </form>
      </div>
    </main>
  )
}

function problemOf(error: Error | null): string | undefined {
  if (error instanceof ApiError && (error.status === 401 || error.status === 400)) return t('signIn.wrong')
  if (error instanceof ApiError && error.status === 0) return t('state.offline')
  return error?.message
}

/** Where to go from here, unless it is another site. */
function insideOnly(next: string | undefined): string {
  return next?.startsWith('/') && !next.startsWith('//') && !next.startsWith('/\\') ? next : '/'
}
