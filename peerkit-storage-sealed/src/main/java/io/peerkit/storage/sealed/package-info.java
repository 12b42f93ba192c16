// SPDX-License-Identifier: Apache-2.0
/** Encrypts at rest what a store keeps, whichever store that is. */
package io.peerkit.storage.sealed;
