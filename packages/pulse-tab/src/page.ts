import { pinElements } from './elements.ts';
import { pageTab } from './page-tab.ts';
import { clearAddress, id } from './pin.ts';
import { pinRequests } from './requests.ts';

/** In the head of a page whose server knows of all this (`pulse-app`): what it sends stays with its version. */
if (id) {
	clearAddress();
	const tab = pageTab();
	pinRequests(
		() => tab.ask('its deployment is gone'),
		() => {},
	);
	pinElements();
}
