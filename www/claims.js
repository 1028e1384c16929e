// The claims table: what each claim says, and times as people read them.

import { element, inline } from './dom.js';

const TIMES = new Set(['exp', 'iat', 'nbf']);

const MEANINGS = {
  iss: 'Who signed the token and vouches for it.',
  sub: 'The machine, by the address of its resource.',
  aud: 'Whom the token is for. Nobody else should take it.',
  exp: 'The token counts only before this time.',
  iat: 'When it was issued.',
  nbf: 'It does not count before this time.',
  eat_nonce: 'What the machine was asked to include: proof that the token is fresh.',
  eat_profile: 'Which set of claims this is.',
  secboot: 'Whether Secure Boot was on.',
  oemid: 'Maker of the platform, by private enterprise number; 11129 is Google.',
  hwmodel: 'The technology that isolates the machine.',
  swname: 'The system: GCE for a Confidential VM, CONFIDENTIAL_SPACE for a Confidential Space.',
  swversion: 'Version of the Confidential Space image.',
  dbgstat: 'Whether somebody can look inside: disabled-since-boot, or enabled.',
  attester_tcb: 'Whose trusted computing base made the evidence.',
  google_service_accounts: 'Service accounts that the workload proved it may use.',
  tdx: 'State of the Intel TDX platform.',
  'submods.gce': 'The virtual machine on Google Compute Engine.',
  'submods.gce.project_id': 'The project of the machine.',
  'submods.gce.project_number': 'The number of that project.',
  'submods.gce.zone': 'The zone where it runs.',
  'submods.gce.instance_name': 'The name of the machine, which can be used again.',
  'submods.gce.instance_id': 'The number of the machine, which cannot.',
  'submods.container': 'The workload.',
  'submods.container.image_reference': 'The name under which the image was pulled.',
  'submods.container.image_digest': 'The digest of the image: what runs.',
  'submods.container.image_id': 'The digest of the configuration of the image.',
  'submods.container.env': 'The variables of the workload, in the clear.',
  'submods.container.env_override': 'Variables that the operator of the machine set.',
  'submods.container.args': 'The command line of the workload.',
  'submods.container.cmd_override': 'A command line that the operator of the machine set.',
  'submods.container.restart_policy': 'What happens when the workload ends.',
  'submods.container.image_signatures': 'Signatures of the image that were found and checked.',
  'submods.confidential_space.support_attributes': 'Whether the image is current and supported.',
  'submods.confidential_space.monitoring_enabled': 'Whether the memory use is monitored.',
  'submods.nvidia_gpu': 'The confidential GPU.',
};

/** A row for every claim, `submods` opened up, in the order of the token. */
export function rows(payload) {
  return flatten(payload, []).map(([path, value]) => {
    const name = path.join('.');
    const meaning = Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : '';
    return element(
      'tr',
      '',
      Object.assign(element('th', '', ...breakable(path)), { scope: 'row' }),
      element('td', 'value', ...shown(name, value)),
      element('td', 'meaning', meaning),
    );
  });
}

/** `submods.gce.zone` with a place to break the line after each dot. */
function breakable(path) {
  return path.flatMap((name, index) => (index === 0 ? [name] : ['.', element('wbr'), name]));
}

function flatten(object, above) {
  return Object.entries(object).flatMap(([name, value]) => {
    const path = [...above, name];
    const open = path[0] === 'submods' && path.length < 3 && isObject(value);
    return open && Object.keys(value).length > 0 ? flatten(value, path) : [[path, value]];
  });
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(name, value) {
  const date = TIMES.has(name) && typeof value === 'number' ? new Date(value * 1000) : undefined;
  if (!date || Number.isNaN(date.getTime())) return [inline(value)];
  return [
    element('div', '', value),
    element('div', '', `${date.toISOString().replace('.000', '')} (UTC)`),
    element('div', '', `${date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' })} (here)`),
    element('div', '', relative(date)),
  ];
}

const UNITS = [['year', 31_557_600], ['day', 86_400], ['hour', 3600], ['minute', 60], ['second', 1]];

/** `3 days ago`, `in 12 minutes`. */
export function relative(date, now = Date.now()) {
  const seconds = Math.round((date.getTime() - now) / 1000);
  const [unit, length] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? UNITS.at(-1);
  const format = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
  return format.format(Math.trunc(seconds / length), unit);
}
