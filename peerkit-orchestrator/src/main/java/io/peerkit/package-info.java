// SPDX-License-Identifier: Apache-2.0
/** Builders that compose a transport, a store and an access policy into a running node. */
package io.peerkit;
