// SPDX-License-Identifier: Apache-2.0
/** Values, failures and the contracts that an application programs against. */
package io.peerkit.api;
