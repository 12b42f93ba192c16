// SPDX-License-Identifier: Apache-2.0
/** How values are sealed, and how they are sealed anew. */
package io.peerkit.storage.sealed.internal;
