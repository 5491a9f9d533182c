/** What decides about a request to a container app, beyond what every request is asked; `''` for what it does not say. */
export interface PageHead {
	accept: string;
	cookie: string;
	referer: string;
	fetchDest: string;
	fetchMode: string;
	fetchSite: string;
	/** `Upgrade-Insecure-Requests`: only a browser that goes somewhere says it. */
	upgrades: boolean;
	/** A script's request, by its own word: htmx, jQuery. */
	byScript: boolean;
	/** Fetched for later, or drawn in the background. */
	early: boolean;
	/** Next's `x-deployment-id`. */
	nextDeployment: string;
	/** It asks whether what it has is still right. */
	conditional: boolean;
}

/** Reads them in one pass, because every request comes by here. */
export function readPageHead(raw: readonly string[]): PageHead {
	const head: PageHead = {
		accept: '',
		cookie: '',
		referer: '',
		fetchDest: '',
		fetchMode: '',
		fetchSite: '',
		upgrades: false,
		byScript: false,
		early: false,
		nextDeployment: '',
		conditional: false,
	};
	for (let i = 0; i < raw.length; i += 2) {
		const name = raw[i]!;
		const value = raw[i + 1]!;
		// Lengths rule most names out without a lower-case copy.
		switch (LENGTHS[name.length] === true ? name.toLowerCase() : '') {
			case 'accept':
				head.accept ||= value;
				break;
			case 'cookie':
				head.cookie = head.cookie === '' ? value : `${head.cookie}; ${value}`;
				break;
			case 'referer':
				head.referer ||= value;
				break;
			case 'sec-fetch-dest':
				head.fetchDest ||= value;
				break;
			case 'sec-fetch-mode':
				head.fetchMode ||= value;
				break;
			case 'sec-fetch-site':
				head.fetchSite ||= value;
				break;
			case 'upgrade-insecure-requests':
				head.upgrades = value === '1';
				break;
			case 'hx-request':
			case 'x-requested-with':
				head.byScript = true;
				break;
			case 'sec-purpose':
			case 'purpose':
			case 'x-purpose':
			case 'x-moz':
				if (/prefetch|prerender|preview/i.test(value)) head.early = true;
				break;
			case 'x-deployment-id':
				head.nextDeployment ||= value;
				break;
			case 'if-none-match':
			case 'if-modified-since':
			case 'if-range':
			case 'if-match':
				head.conditional = true;
				break;
		}
	}
	return head;
}

const LENGTHS: boolean[] = [];
for (const length of [5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16, 17, 25]) LENGTHS[length] = true;
