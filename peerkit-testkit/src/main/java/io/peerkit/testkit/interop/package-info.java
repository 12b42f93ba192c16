// SPDX-License-Identifier: Apache-2.0
/** What tests against other implementations share; not exported. */
package io.peerkit.testkit.interop;
