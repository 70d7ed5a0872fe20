import { type News, sendNews } from '../platform/audience-documents.ts'

/**
 * What the profiles of one batch have to say to the audience shards, by workspace: so that each shard is called once per
 * batch and not once per event. Of one profile the last document counts.
 */
export class NewsOfBatch {
  readonly #workspaces = new Map<
    string,
    { configVersion: number; documents: Map<string, string>; touched: Set<string> }
  >()

  /** `news`: a document as JSON, or `touched`. */
  add(workspace: string, configVersion: number, id: string, news: string): void {
    let held = this.#workspaces.get(workspace)
    if (!held) {
      held = { configVersion, documents: new Map(), touched: new Set() }
      this.#workspaces.set(workspace, held)
    }
    held.configVersion = Math.min(held.configVersion, configVersion)
    if (news === 'touched') held.touched.add(id)
    else held.documents.set(id, news)
  }

  /** @throws when the shards cannot even note whom they missed */
  async send(env: Env): Promise<void> {
    const sending = [...this.#workspaces].map(([workspace, { configVersion, documents, touched }]) => {
      const news: News = {
        tellings: [...documents].map(([id, text]) => ({ id, text })),
        touched: [...touched],
        configVersion,
      }
      return sendNews(env, workspace, news)
    })
    await Promise.all(sending)
  }
}
