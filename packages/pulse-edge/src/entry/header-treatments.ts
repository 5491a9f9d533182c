import { CLAIMS, isClaim } from '../forward/forwarded.ts';
import { PAGE_READS, type PageRead } from '../page/page-head.ts';
import {
	AFFINITY_HEADER,
	CLIENT_LOADER_HEADER,
	CLIENT_LOADER_LOCATION_HEADER,
	REPLICA_HEADER,
	REPLICA_WORD_HEADER,
} from '../protocol.ts';
import type { RequestHead } from './request-head.ts';
import { Spellings } from './spellings.ts';

type Take = (head: RequestHead, value: string) => void;

/** Headers that are not simply copied. `null` drops; a function reads, and copies too when it is in COPIED. */
const TAKEN = new Map<string, Take>([
	...CLAIMS.map((name): [string, Take] => [name, () => {}]),
	[
		'host',
		(head, value) => {
			if (head.hosts++ > 0 || !HOST.test(value)) head.refused = 'bad-request';
			head.host = value;
		},
	],
	[
		'content-length',
		(head, value) => {
			if (head.contentLength !== -1 || !/^0*\d{1,15}$/.test(value)) head.refused = 'bad-request';
			head.contentLength = Number(value);
		},
	],
	[
		'transfer-encoding',
		(head, value) => {
			if (head.chunked) head.refused = 'bad-request';
			else if (value.toLowerCase() !== 'chunked') head.refused = 'unknown-transfer-coding';
			head.chunked = true;
		},
	],
	[
		'expect',
		(head, value) => {
			head.expectation = head.expectation === '' ? value : `${head.expectation}, ${value}`;
			head.expectsContinue = CONTINUE.test(head.expectation);
		},
	],
	[
		'te',
		(head, value) => {
			if (/(?:^|[,\s])trailers(?:$|[,;\s])/i.test(value)) head.acceptsTrailers = true;
		},
	],
	['connection', () => {}],
	['keep-alive', () => {}],
	['proxy-authenticate', () => {}],
	['proxy-authorization', () => {}],
	['proxy-connection', () => {}],
	['trailers', () => {}],
	['upgrade', () => {}],
	['http2-settings', () => {}],
	[REPLICA_WORD_HEADER, () => {}],
	[
		'x-forwarded-for',
		(head, value) => {
			head.forwarded.for = head.forwarded.for === '' ? value : `${head.forwarded.for}, ${value}`;
		},
	],
	[
		'x-forwarded-proto',
		(head, value) => {
			head.forwarded.proto ||= value;
		},
	],
	[
		'x-forwarded-host',
		(head, value) => {
			head.forwarded.host ||= value;
		},
	],
	[
		'x-forwarded-port',
		(head, value) => {
			head.forwarded.port ||= value;
		},
	],
	[
		'x-real-ip',
		(head, value) => {
			head.forwarded.realIp ||= value;
		},
	],
]);

const READ = new Map<string, Take>([
	[
		AFFINITY_HEADER,
		(head, value) => {
			head.affinity ||= value;
		},
	],
	[
		REPLICA_HEADER,
		(head, value) => {
			head.replica ||= value;
		},
	],
	[
		'origin',
		(head, value) => {
			head.origin ||= value;
		},
	],
	[
		'x-request-id',
		(head, value) => {
			head.requestId ||= value;
		},
	],
	[
		'x-railway-request-id',
		(head, value) => {
			head.railwayRequestId ||= value;
		},
	],
	[
		'sec-fetch-dest',
		(head, value) => {
			head.fetchDest ||= value;
		},
	],
	[
		CLIENT_LOADER_HEADER,
		(head, value) => {
			head.clientLoader ||= value;
		},
	],
	[
		CLIENT_LOADER_LOCATION_HEADER,
		(head, value) => {
			head.clientLoaderLocation ||= value;
		},
	],
	[
		'access-control-request-method',
		(head, value) => {
			head.corsMethod ||= value;
		},
	],
	[
		'access-control-request-headers',
		(head, value) => {
			head.corsHeaders ||= value;
		},
	],
]);

/** No separators of userinfo, path or list: what one backend takes for the host must be what every backend takes for it. */
const HOST = /^[^\s/\\@,?#]*$/;

const CONTINUE = /(?:^|[\s,])100-continue(?:$|[\s,])/i;

interface Treatment {
	readonly take: Take | null;
	readonly copied: boolean;
	/** Of what a container app's request is asked beside. */
	readonly page: PageRead | null;
}

/** By the name as it was written. */
export const TREATMENTS = new Spellings<Treatment>((lower) => {
	const take = TAKEN.get(lower);
	const page = PAGE_READS.get(lower) ?? null;
	if (take !== undefined) return { take, copied: false, page };
	return { take: READ.get(lower) ?? null, copied: !isClaim(lower), page };
});
