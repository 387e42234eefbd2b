import { type Html, html } from '../../page/html.ts';
import { timeText } from '../../page/words.ts';
import type { Packet } from '../packet.ts';

/** Where it comes from, and how whoever holds it checks it. */
export function source({ planHash, epoch, audit, writtenAtMs }: Packet): Html {
  return html`<section class="source"><h2>Where this comes from</h2>
<dl class="facts">
<div><dt>Plan</dt><dd><code>${planHash}</code>, epoch ${epoch}</dd></div>
<div><dt>Audit</dt><dd>chain ${audit.chain} up to entry ${audit.seq}, <code>${audit.hash}</code></dd></div>
<div><dt>Written</dt><dd>${timeText(writtenAtMs)} UTC</dd></div>
</dl>
<p>The signed JSON beside this page is the record; this page only shows it. With the public key that was handed out before (<code>audit.pem.pub</code>):</p>
<pre><code>jq -jcS 'del(.signature)' PACKET.json &gt; signed
jq -r .signature PACKET.json | base64 -d &gt; signature
openssl dgst -sha256 -verify audit.pem.pub -signature signature signed</code></pre>
</section>`;
}
