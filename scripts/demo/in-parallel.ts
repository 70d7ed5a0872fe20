/** Works through items in order, at most `most` at once. The first error ends it, once those under way are finished. */
export async function inParallel<T>(
  items: Iterable<T> | AsyncIterable<T>,
  most: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>()
  let failed: { readonly error: unknown } | undefined
  for await (const item of items) {
    if (failed) break
    const task = work(item)
      .catch((error: unknown) => {
        failed ??= { error }
      })
      .finally(() => underWay.delete(task))
    underWay.add(task)
    if (underWay.size >= most) await Promise.race(underWay)
  }
  await Promise.all(underWay)
  if (failed) throw failed.error
}
