// Finds the token in what people paste: a header, a quoted word, an answer in JSON, a wrapped line.

/** The token in `text`, without what surrounds it when it is copied. */
export function tokenIn(text) {
  const bare = fromObject(text.trim()).replace(/^\s*Bearer\s+/i, '').replace(/\s+/g, '');
  return bare.replace(/^"(.*)"$/, '$1');
}

/** The `token` of a JSON object, or the text as it is. */
function fromObject(text) {
  if (!text.startsWith('{')) return text;
  try {
    const { token } = JSON.parse(text);
    return typeof token === 'string' ? token : text;
  } catch {
    return text;
  }
}
