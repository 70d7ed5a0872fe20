import { useMutation, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type FormEvent, useEffect } from 'react'
import type { createSession } from '../../../shared/contract/create-session.ts'
import type { readSignInOptions } from '../../../shared/contract/read-sign-in-options.ts'
import { ApiError, ask } from '../api.ts'
import { Button, buttonLook } from '../components/button.tsx'
import { Field } from '../components/field.tsx'
import { t } from '../words/words.ts'

const route = getRouteApi('/sign-in')
/** Why somebody who came back from a provider was not let in (shared/contract/end-oidc.ts). */
const FAILURES = ['ended', 'denied', 'provider', 'unverified', 'stranger'] as const

export function SignInPage() {
  const { once, next, failed, workspace } = route.useSearch()
  const signIn = useMutation({
    mutationFn: (token: string) => ask<typeof createSession>('post', '/api/v1/session', { body: { token } }),
    // Everything begins anew, in the name of who is signed in now.
    onSuccess: () => location.assign(insideOnly(next)),
  })
  const options = useQuery({
    queryKey: ['sign-in', workspace],
    queryFn: ({ signal }) =>
      ask<typeof readSignInOptions>('get', '/api/v1/session/options', { query: { workspace } }, signal),
  })
  useEffect(() => {
    document.title = `${t('signIn.title')} · Tributary`
  }, [])
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    signIn.mutate(String(new FormData(event.currentTarget).get('token')))
  }
  const provider = options.data?.oidc
  const failure = FAILURES.find((one) => one === failed)
  return (
    <main className="grid min-h-dvh place-items-center px-4 py-10">
      <div className="w-full max-w-md">
        <img src="/icon.svg" alt="" width="44" height="44" className="mb-6" />
        <h1>{t('signIn.title')}</h1>
        <p className="mt-2 mb-8 text-muted">{t('signIn.lead')}</p>
        {once && !signIn.isError ? <Warning text={t('signIn.linkUsed')} /> : null}
        {failure && !signIn.isError ? <Warning text={t(`signIn.failed.${failure}`)} /> : null}
        <div className="flex flex-col gap-5 rounded-2xl border border-line bg-surface p-6 sm:p-8">
          {provider ? (
            <>
              <a href={wayTo(provider.url, insideOnly(next))} className={buttonLook('main')}>
                {t('signIn.with', { label: provider.label })}
              </a>
              <p className="flex items-center gap-3 text-sm text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
                {t('signIn.or')}
              </p>
            </>
          ) : null}
          <form onSubmit={submit} className="flex flex-col gap-5">
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
            <Button type="submit" look={provider ? 'plain' : 'main'} disabled={signIn.isPending}>
              {t('signIn.submit')}
            </Button>
          </form>
        </div>
      </div>
    </main>
  )
}

function Warning({ text }: { readonly text: string }) {
  return (
    <p role="alert" className="mb-6 rounded-lg bg-warn-tint px-4 py-3 text-sm text-warn">
      {text}
    </p>
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

function wayTo(url: string, next: string): string {
  return next === '/' ? url : `${url}&${new URLSearchParams({ next })}`
}
