// SPDX-License-Identifier: Apache-2.0
/**
 * Ports that a router at home opens when asked: by PCP, NAT-PMP or UPnP IGD. Codecs without IO ({@code Pcp}, {@code NatPmp},
 * {@code Ssdp}, {@code UpnpDescription}, {@code UpnpSoap}, {@code HttpAnswer}), what to ask when ({@code LeaseBook}), and
 * drivers that block on a thread of their own ({@code PortMapper}).
 */
package io.peerkit.transport.libp2p.internal.portmap;
