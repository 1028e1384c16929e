// Loads the page's program, and says so when that fails: an import that fails runs nothing of its module.

import('./main.js').catch((error) => {
  const notice = document.createElement('p');
  notice.className = 'notice bad';
  notice.textContent = `The verifier could not be loaded, so nothing can be decoded here. The page needs its verifier/ folder beside it, as \`cargo xtask build\` leaves it in target/sealgate/www, and a browser with WebAssembly. (${error.message})`;
  document.getElementById('state').replaceChildren(notice);
});
