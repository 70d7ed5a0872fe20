export * from '../../workers/index.ts'

/** The bare platform: parses the body and puts it on the queue. No key, no check, no limit. */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const body = await request.json()
    await env.EVENTS_0.send(JSON.stringify(body), { contentType: 'text' })
    return Response.json({ success: true })
  },
}
