import { pin } from './pin.ts';
import { hide, wrap } from './wrap.ts';

// By the prototypes' own methods: an input of a form may be called `action`.
const { getAttribute, setAttribute, removeAttribute } = Element.prototype;
const read = (element: Element, name: string): string | null => getAttribute.call(element, name);

/** For the request that is about to be made; afterwards the page finds what it wrote. */
function pinOnce(element: Element, name: string, fallback: string | null = null): void {
	const written = read(element, name);
	const address = written ?? fallback;
	if (address === null) return;
	setAttribute.call(element, name, pin(address));
	setTimeout(() => {
		if (written === null) removeAttribute.call(element, name);
		else setAttribute.call(element, name, written);
	});
}

/** What is posted belongs to this page's version; what is looked for does to the newest. */
function pinForm(form: Element, submitter?: HTMLElement | null): void {
	const method = (submitter && read(submitter, 'formmethod')) ?? read(form, 'method');
	if (!/^post$/i.test(method ?? '')) return;
	if (submitter && read(submitter, 'formaction') !== null) pinOnce(submitter, 'formaction');
	else pinOnce(form, 'action', '');
}

function pinDownload(target: unknown): void {
	const link = target instanceof Element ? target.closest('a[download]') : null;
	if (link !== null) pinOnce(link, 'href');
}

/** Nothing at all is `about:blank`, not the page. */
const framed = (address: unknown): string => (String(address).trim() ? pin(address) : String(address));

export function pinElements(): void {
	// After the page: what it handles itself it finds as it wrote it, and may show it in the address bar.
	addEventListener('submit', (event) => {
		if (!event.defaultPrevented) pinForm(event.target as Element, event.submitter);
	});
	wrap(HTMLFormElement.prototype, 'submit', (_, form) => pinForm(form));
	const clicked = (event: Event) => {
		if (!event.defaultPrevented) pinDownload(event.composedPath()[0]);
	};
	addEventListener('click', clicked);
	// Those of a link that is in no page are heard nowhere else.
	const detached = (_: unknown, self: unknown) => {
		if (self instanceof HTMLAnchorElement && !self.isConnected) self.addEventListener('click', clicked, { once: true });
	};
	wrap(HTMLElement.prototype, 'click', detached);
	wrap(EventTarget.prototype, 'dispatchEvent', ([event], self) => event?.type === 'click' && detached(event, self));

	hide(HTMLIFrameElement, 'src', framed);
	HTMLIFrameElement.prototype.setAttribute = function (name: string, value: string) {
		setAttribute.call(this, name, /^src$/i.test(name) ? framed(value) : value);
	};
}
