// SPDX-License-Identifier: Apache-2.0
/** Where data rests: the contract of a transactional store. */
package io.peerkit.api.storage;
