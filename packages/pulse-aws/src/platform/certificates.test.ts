import { expect, test } from 'vitest';
import type { Aws } from './aws.ts';
import { readCertificate } from './certificates.ts';

test('A2.4: validation records are read where there are some, each once', async () => {
	const record = { Name: '_a.example.com.', Type: 'CNAME', Value: '_b.acm-validations.aws.' } as const;
	const answer: Awaited<ReturnType<Aws['acm']['describeCertificate']>> = {
		$metadata: {},
		Certificate: {
			Status: 'PENDING_VALIDATION',
			DomainValidationOptions: [
				{ DomainName: 'new.example.com' },
				{ DomainName: 'example.com', ResourceRecord: record },
				{ DomainName: '*.example.com', ResourceRecord: record },
			],
		},
	};
	const acm = { describeCertificate: async () => answer } as Partial<Aws['acm']> as Aws['acm'];
	expect(await readCertificate({ acm }, 'arn')).toEqual({
		status: 'PENDING_VALIDATION',
		failureReason: null,
		names: [],
		expiresAt: null,
		records: [{ name: record.Name, type: 'CNAME', value: record.Value }],
	});
});
