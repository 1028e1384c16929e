// Elements from plain data. Text becomes text: nothing here can make markup of it.

// Characters that are not seen, or that turn the direction of those around them: a claim that holds
// one could look like another claim.
const UNSEEN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** `text` with what cannot be seen written as JSON would escape it. */
export function visible(text) {
  return text.replace(UNSEEN, (unseen) => `\\u${unseen.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** An element with a class and children, which are elements or text. */
export function element(name, className, ...children) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.append(...children.map((child) => (child instanceof Node ? child : visible(String(child)))));
  return made;
}

/** A coloured notice whose first words say what the colour says. */
export function notice(kind, headline, ...text) {
  return element('p', `notice ${kind}`, element('strong', '', headline), ' ', ...text);
}

/** Any JSON value on one line, for a table. */
export function inline(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
