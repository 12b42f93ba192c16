// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.multiformats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import io.peerkit.transport.libp2p.internal.Vectors;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MultiaddrTest {
    private static final String PEER = "12D3KooWK99VoVxNE7XzyBwXEzW7xhK7Gpv85r9F3V3fyKSUKPH5";
    private static final String OTHER = "12D3KooWJWoaqZhDaoEFshF7Rh1bpY9ohihFhzcW6d69Lr2NASuq";
    private static final String ONION3 = "vww6ybal4bd7szmgncyruucpgfkqahzddi37ktceo3ah7ngmcopnpyyd";

    /** One address for each protocol that the vectors of js-libp2p leave out. */
    private static final List<String> FURTHER = List.of(
            "/ip4/10.0.0.0/ipcidr/8",
            "/ip6/2001:db8::/ipcidr/128",
            "/ip4/1.2.3.4/dccp/9",
            "/ip4/1.2.3.4/sctp/9",
            "/ip4/1.2.3.4/udp/9/quic",
            "/ip4/1.2.3.4/udp/9/quic-v1/webtransport",
            "/ip4/1.2.3.4/tcp/9/noise",
            "/ip4/1.2.3.4/tcp/9/https",
            "/dns/example.com/tcp/443/tls/http/http-path/a%2Fb%20c",
            "/p2p/" + PEER + "/p2p-circuit/webrtc/p2p/" + OTHER,
            "/onion/aaimaq4ygg2iegci:80",
            "/onion3/" + ONION3 + ":1234",
            "/garlic64/" + "A".repeat(515) + "=",
            "/garlic32/" + "a".repeat(52));

    static Stream<JsonNode> valid() {
        return Vectors.items(Vectors.js().get("multiaddrs"));
    }

    static Stream<String> invalid() {
        return Vectors.items(Vectors.js().get("invalidMultiaddrs"))
                .map(each -> each.get("text").asText());
    }

    static List<String> further() {
        return FURTHER;
    }

    @ParameterizedTest
    @MethodSource("valid")
    void parse_addressesOfJs_sameBytesAndBack(JsonNode each) {
        Multiaddr address = Multiaddr.parse(each.get("text").asText());
        assertThat(address.toBytes()).isEqualTo(Vectors.hex(each.get("bytes")));
        assertThat(Multiaddr.fromBytes(Vectors.hex(each.get("bytes")))).isEqualTo(address);
        // A PeerId is printed in base58 here, whichever form it was read in.
        String canonical = each.get("canonical")
                .asText()
                .replace("bafzaajaiaejcbcui4poxicprsx6vfwznhs5f24wkm4e36hmucin7g5eiag2a6324", PEER);
        assertThat(address).hasToString(canonical);
        assertThat(Multiaddr.fromBytes(Vectors.hex(each.get("bytes")))).hasToString(canonical);
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void parse_invalidAddresses_refused(String text) {
        assertThatThrownBy(() -> Multiaddr.parse(text)).isInstanceOf(InvalidBytesException.class);
    }

    @ParameterizedTest
    @MethodSource("further")
    void parse_furtherProtocols_backFromBytesAndText(String text) {
        Multiaddr address = Multiaddr.parse(text);
        assertThat(address).hasToString(text);
        assertThat(Multiaddr.fromBytes(address.toBytes())).isEqualTo(address).hasToString(text);
    }

    @Test
    void parse_allVectors_everyProtocolCovered() {
        Stream<String> js = valid().map(each -> each.get("text").asText());
        assertThat(Stream.concat(js, FURTHER.stream())
                        .flatMap(text -> Multiaddr.parse(text).components().stream())
                        .map(Multiaddr.Component::protocol)
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(MultiaddrProtocol.values());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "//",
                "/ip4/1.2.3.4/",
                "/ip4/1.2.3.4/tcp/1/",
                "/ip4//tcp/1",
                "/IP4/1.2.3.4",
                "/ip4/1.2.3",
                "/ip4/1.2.3.4.5",
                "/ip4/01.2.3.4",
                "/ip4/1.2.3.-4",
                "/ip4/1.2.3.٤",
                "/ip6/1.2.3.4",
                "/ip6/1:2:3:4:5:6:7",
                "/ip6/1:2:3:4:5:6:7:8:9",
                "/ip6/::1::",
                "/ip6/:::",
                "/ip6/:1:2:3:4:5:6:7",
                "/ip6/1:2:3:4:5:6:7::8",
                "/ip6/12345::",
                "/ip6/fe80::1%25eth0",
                "/ip6/1.2.3.4::",
                "/ip6/::1.2.3.4:5",
                "/ip6/g::",
                "/ip4/1.2.3.4/tcp/-1",
                "/ip4/1.2.3.4/tcp/01",
                "/ip4/1.2.3.4/tcp/+1",
                "/ip4/1.2.3.4/tcp/99999999999",
                "/ip4/1.2.3.4/ipcidr/129",
                "/dns4/a b/tcp/1",
                "/dns4/\u0000",
                "/unix/",
                "/unix/%2",
                "/unix/%zz",
                "/p2p",
                "/p2p/",
                "/p2p/Qm",
                "/ip4/1.2.3.4/udp/1/webrtc-direct/certhash/u",
                "/ip4/1.2.3.4/udp/1/webrtc-direct/certhash/uEiAk",
                "/onion/aaimaq4ygg2iegci:0",
                "/onion/aaimaq4ygg2iegci",
                "/onion/aaimaq4ygg2iegc:80",
                "/onion3/aaimaq4ygg2iegci:80",
                "/garlic64/AAAA",
                "/garlic32/aaaa"
            })
    void parse_malformed_refused(String text) {
        assertThatThrownBy(() -> Multiaddr.parse(text)).isInstanceOf(InvalidBytesException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // nothing
                "047f0000", // ip4 cut off
                "84007f000001", // code not in its shortest form
                "01", // unknown code
                "ffffffffffffffff7f", // unknown code beyond an int
                "36ffffffffffffffff7f61", // length beyond what follows
                "3600", // empty name
                "3603612f62", // slash in a name
                "3602c328", // no UTF-8
                "9003" + "00", // empty path
                "2b81", // prefix of 129 bits
                "a5030401020304", // a PeerId that is none
                "d20302" + "1220" // certhash without its bytes
            })
    void fromBytes_malformed_refused(String hex) {
        assertThatThrownBy(() -> Multiaddr.fromBytes(Vectors.hex(hex))).isInstanceOf(InvalidBytesException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "::, ::",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1::, 1::",
        "2001:DB8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "1:0:0:2:0:0:0:3, 1:0:0:2::3",
        "::ffff:192.0.2.1, ::ffff:192.0.2.1",
        "::ffff:c000:201, ::ffff:192.0.2.1",
        "64:ff9b::192.0.2.33, 64:ff9b::c000:221",
        "1:2:3:4:5:6:7.8.9.10, 1:2:3:4:5:6:708:90a",
        "1:2:3:4:5:6:7::, 1:2:3:4:5:6:7:0"
    })
    void parse_ip6Forms_canonicalText(String text, String canonical) {
        assertThat(Multiaddr.parse("/ip6/" + text)).hasToString("/ip6/" + canonical);
    }

    @Test
    void parse_garlicOfOneByteLess_refused() {
        assertThatThrownBy(() -> Multiaddr.parse("/garlic64/" + "A".repeat(514) + "=="))
                .hasMessage("garlic64 of 385 bytes, at least 386");
        assertThatThrownBy(() -> Multiaddr.parse("/garlic32/" + "a".repeat(50)))
                .hasMessage("garlic32 of 31 bytes, must be 32 or at least 35");
    }

    @Test
    void parse_ipfs_sameAsP2p() {
        assertThat(Multiaddr.parse("/ipfs/" + PEER)).isEqualTo(Multiaddr.parse("/p2p/" + PEER));
    }

    @Test
    void parse_mostComponents_takenAndOneMoreRefused() {
        assertThat(Multiaddr.parse("/tcp/1".repeat(16)).components()).hasSize(16);
        assertThatThrownBy(() -> Multiaddr.parse("/tcp/1".repeat(17)))
                .hasMessage("multiaddr of more than 16 components");
        assertThatThrownBy(() -> Multiaddr.fromBytes(Vectors.hex("060001".repeat(17))))
                .hasMessage("multiaddr of more than 16 components");
    }

    @Test
    void parse_mostBytes_takenAndOneMoreRefused() {
        // The code and the length of a memory address of 1,020 bytes take two bytes each.
        Multiaddr largest = Multiaddr.parse("/memory/" + "a".repeat(1_020));
        assertThat(largest.toBytes()).hasSize(Multiaddr.MAX_BYTES);
        assertThat(Multiaddr.fromBytes(largest.toBytes())).isEqualTo(largest);
        assertThatThrownBy(() -> Multiaddr.parse("/memory/" + "a".repeat(1_021)))
                .hasMessage("multiaddr of more than 1024 bytes");
        assertThatThrownBy(() -> Multiaddr.fromBytes(Arrays.copyOf(largest.toBytes(), 1_025)))
                .hasMessage("multiaddr of 1025 bytes, must have 1 to 1024");
        assertThatThrownBy(() -> Multiaddr.parse("/".repeat(Multiaddr.MAX_CHARACTERS + 1)))
                .hasMessage("multiaddr of 4097 characters, at most 4096");
    }

    @ParameterizedTest
    @CsvSource({
        "/ip4/1.2.3.4/tcp/1, true",
        "/ip6/::1/tcp/1/p2p/" + PEER + ", true",
        "/dns/a/tcp/1, true",
        "/dns4/a/tcp/1, true",
        "/dns6/a/tcp/1/p2p/" + PEER + ", true",
        "/dnsaddr/a/tcp/1, false",
        "/ip4/1.2.3.4, false",
        "/tcp/1/ip4/1.2.3.4, false",
        "/ip4/1.2.3.4/udp/1, false",
        "/ip4/1.2.3.4/tcp/1/ws, false",
        "/ip4/1.2.3.4/tcp/1/p2p/" + PEER + "/p2p-circuit, false",
        "/ip6zone/eth0/ip6/fe80::1/tcp/1, false",
        "/p2p/" + PEER + ", false"
    })
    void isTcp_address_whetherPlainTcpLeadsThere(String text, boolean tcp) {
        assertThat(Multiaddr.parse(text).isTcp()).isEqualTo(tcp);
    }

    @Test
    void accessors_tcpAddress_itsParts() throws Exception {
        Multiaddr address = Multiaddr.parse("/ip6/::1/tcp/65535/p2p/" + PEER);
        assertThat(address.ip()).hasValue(InetAddress.getByAddress(Vectors.hex("0".repeat(31) + "1")));
        assertThat(address.host()).hasValue("::1");
        assertThat(address.port()).hasValue(65_535);
        assertThat(address.peerId()).hasValue(PeerId.parse(PEER));
        assertThat(address.isRelayed()).isFalse();
        assertThat(address.withoutPeerId()).hasValue(Multiaddr.parse("/ip6/::1/tcp/65535"));
    }

    @Test
    void accessors_otherAddresses_emptyWhereNothingIs() {
        Multiaddr named = Multiaddr.parse("/dns4/example.com/udp/1/quic-v1");
        assertThat(named.ip()).isEmpty();
        assertThat(named.host()).hasValue("example.com");
        assertThat(named.port()).hasValue(1);
        assertThat(named.peerId()).isEmpty();
        assertThat(named.withoutPeerId()).hasValue(named);
        Multiaddr relay = Multiaddr.parse("/p2p/" + PEER + "/p2p-circuit");
        assertThat(relay.host()).isEmpty();
        assertThat(relay.port()).isEmpty();
        assertThat(relay.peerId()).isEmpty();
        assertThat(relay.isRelayed()).isTrue();
        assertThat(Multiaddr.parse("/p2p/" + PEER).withoutPeerId()).isEmpty();
    }

    @Test
    void withPeerId_noneSameOther_appendedKeptRefused() {
        Multiaddr plain = Multiaddr.parse("/ip4/1.2.3.4/tcp/1");
        Multiaddr named = plain.withPeerId(PeerId.parse(PEER));
        assertThat(named).hasToString("/ip4/1.2.3.4/tcp/1/p2p/" + PEER);
        assertThat(named.withPeerId(PeerId.parse(PEER))).isEqualTo(named);
        assertThatThrownBy(() -> named.withPeerId(PeerId.parse(OTHER)))
                .hasMessage("multiaddr names peer " + PEER + ", must be " + OTHER);
    }

    @Test
    void ofTcp_bothFamilies_addressOfTheSocket() throws Exception {
        assertThat(Multiaddr.ofTcp(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 4001))
                .hasToString("/ip4/127.0.0.1/tcp/4001");
        assertThat(Multiaddr.ofTcp(InetAddress.getByAddress(Vectors.hex("20010db8" + "0".repeat(23) + "1")), 0))
                .hasToString("/ip6/2001:db8::1/tcp/0");
    }

    @Test
    void fromBytes_randomBytes_refusedOrReadBack() {
        List<byte[]> samples = Stream.concat(
                        valid().map(each -> each.get("text").asText()), FURTHER.stream())
                .map(text -> Multiaddr.parse(text).toBytes())
                .toList();
        Fuzz.run(6, samples, bytes -> {
            Multiaddr address = Multiaddr.fromBytes(bytes);
            assertThat(address.toBytes()).isEqualTo(bytes);
            assertThat(Multiaddr.parse(address.toString())).isEqualTo(address);
        });
    }

    @Test
    void parse_randomText_refusedOrReadBack() {
        List<byte[]> samples = Stream.concat(
                        valid().map(each -> each.get("text").asText()), FURTHER.stream())
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
        Fuzz.run(7, samples, bytes -> {
            Multiaddr address = Multiaddr.parse(new String(bytes, StandardCharsets.UTF_8));
            assertThat(Multiaddr.fromBytes(address.toBytes())).isEqualTo(address);
            assertThat(Multiaddr.parse(address.toString())).isEqualTo(address);
        });
    }
}
