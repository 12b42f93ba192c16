// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.portmap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.peerkit.api.InvalidBytesException;
import io.peerkit.transport.libp2p.internal.Fuzz;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UpnpTest {
    private static final InetAddress ROUTER = router();
    private static final URI PAGE = URI.create("http://192.168.1.1:5000/rootDesc.xml");
    private static final String IP1 = "urn:schemas-upnp-org:service:WANIPConnection:1";
    private static final String IP2 = "urn:schemas-upnp-org:service:WANIPConnection:2";
    private static final String FOUND = "HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nLocation: " + PAGE + "\r\n\r\n";
    private static final String DESCRIPTION = "<?xml version=\"1.0\"?><root xmlns=\"urn:schemas-upnp-org:device-1-0\">"
            + "<device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:2</deviceType><serviceList>"
            + service("urn:schemas-upnp-org:service:Layer3Forwarding:1", "/ctl/L3F") + service(IP1, "/ctl/IP1")
            + service(IP2, "ctl/IP2?a=b") + "</serviceList></device></root>";
    private static final String RESULT = "<?xml version=\"1.0\"?>"
            + "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>"
            + "<u:GetExternalIPAddressResponse xmlns:u=\"" + IP1 + "\">"
            + "<NewExternalIPAddress>44.128.1.1</NewExternalIPAddress></u:GetExternalIPAddressResponse>"
            + "</s:Body></s:Envelope>";

    private static InetAddress router() {
        try {
            return InetAddress.getByAddress(new byte[] {(byte) 192, (byte) 168, 1, 1});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static String service(String type, String control) {
        return "<service><serviceType>" + type + "</serviceType><controlURL>" + control + "</controlURL></service>";
    }

    @Test
    void location_answerOfTheRouter_read() {
        assertEquals(PAGE, Ssdp.location(bytes(FOUND), ROUTER));
    }

    @Test
    void location_onAnotherMachine_refused() throws Exception {
        InetAddress other = InetAddress.getByName("192.168.1.2");
        assertThrows(InvalidBytesException.class, () -> Ssdp.location(bytes(FOUND), other));
        for (String url : List.of(
                "https://192.168.1.1/", "file:///etc/passwd", "http://router/", "http://a@192.168.1.1/", "http://")) {
            String answer = "HTTP/1.1 200 OK\r\nLOCATION: " + url + "\r\n\r\n";
            assertThrows(InvalidBytesException.class, () -> Ssdp.location(bytes(answer), ROUTER), url);
        }
    }

    @Test
    void services_severalThatMap_betterFirst() {
        assertEquals(
                List.of(
                        new UpnpDescription.Service(IP2, URI.create("http://192.168.1.1:5000/ctl/IP2?a=b")),
                        new UpnpDescription.Service(IP1, URI.create("http://192.168.1.1:5000/ctl/IP1"))),
                UpnpDescription.services(ROUTER, PAGE, DESCRIPTION));
    }

    @Test
    void services_controlOnAnotherMachine_refused() {
        String moved = DESCRIPTION.replace("/ctl/IP1", "http://10.0.0.9/ctl");
        assertThrows(InvalidBytesException.class, () -> UpnpDescription.services(ROUTER, PAGE, moved));
        String based = DESCRIPTION.replace("<device>", "<URLBase>http://10.0.0.9/</URLBase><device>");
        assertThrows(InvalidBytesException.class, () -> UpnpDescription.services(ROUTER, PAGE, based));
    }

    @Test
    void read_externalEntity_refused() {
        String hostile = "<!DOCTYPE r [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><root><a>&e;</a></root>";
        assertThrows(InvalidBytesException.class, () -> RouterXml.read(hostile, (name, value) -> {}));
        String laughs = "<!DOCTYPE r [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><r>&b;</r>";
        assertThrows(InvalidBytesException.class, () -> RouterXml.read(laughs, (name, value) -> {}));
    }

    @Test
    void read_nestingAtItsBound_checked() {
        String deepest = "<a>".repeat(RouterXml.MAX_DEPTH) + "</a>".repeat(RouterXml.MAX_DEPTH);
        RouterXml.read(deepest, (name, value) -> assertEquals("a", name));
        assertThrows(
                InvalidBytesException.class,
                () -> RouterXml.read("<a>" + deepest + "</a>", (name, value) -> assertEquals("a", name)));
        String most = "<r>" + "<a/>".repeat(RouterXml.MAX_ELEMENTS - 1) + "</r>";
        RouterXml.read(most, (name, value) -> {});
        assertThrows(
                InvalidBytesException.class,
                () -> RouterXml.read(most.replace("</r>", "<a/></r>"), (name, value) -> {}));
    }

    @Test
    void result_ofTheCall_read() throws Exception {
        Map<String, String> result = UpnpSoap.result("GetExternalIPAddress", new HttpAnswer(200, RESULT));
        assertEquals("44.128.1.1", result.get("NewExternalIPAddress"));
        assertThrows(InvalidBytesException.class, () -> UpnpSoap.result("AddPortMapping", new HttpAnswer(200, RESULT)));
    }

    @Test
    void result_refusal_saysTheError() {
        String fault = "<s:Envelope xmlns:s=\"x\"><s:Body><s:Fault><detail><UPnPError><errorCode>725</errorCode>"
                + "</UPnPError></detail></s:Fault></s:Body></s:Envelope>";
        UpnpSoap.Refused refused = assertThrows(
                UpnpSoap.Refused.class, () -> UpnpSoap.result("AddPortMapping", new HttpAnswer(500, fault)));
        assertEquals(UpnpSoap.ONLY_PERMANENT_LEASES, refused.code());
    }

    @Test
    void parse_eachWayToEnd_read() {
        String head = "HTTP/1.1 200 OK\r\nServer: x\r\n";
        assertEquals(
                "abc",
                parse(head + "Content-Length: 3\r\n\r\nabc", false)
                        .orElseThrow()
                        .body());
        assertTrue(parse(head + "Content-Length: 4\r\n\r\nabc", false).isEmpty());
        assertTrue(parse(head + "\r\nabc", false).isEmpty());
        assertEquals("abc", parse(head + "\r\nabc", true).orElseThrow().body());
        String chunked = head + "Transfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n";
        assertEquals("abc", parse(chunked, false).orElseThrow().body());
        assertTrue(parse(chunked.substring(0, chunked.length() - 7), false).isEmpty());
        assertThrows(InvalidBytesException.class, () -> parse(chunked.substring(0, chunked.length() - 7), true));
    }

    @Test
    void parse_headOrBodyTooLong_refused() {
        String head = "HTTP/1.1 200 OK\r\nX: " + "y".repeat(HttpAnswer.MAX_HEAD_BYTES);
        assertThrows(InvalidBytesException.class, () -> parse(head, false));
        String length = "HTTP/1.1 200 OK\r\nContent-Length: " + (HttpAnswer.MAX_BYTES + 1) + "\r\n\r\n";
        assertThrows(InvalidBytesException.class, () -> parse(length, false));
        byte[] most = new byte[HttpAnswer.MAX_BYTES + 1];
        assertThrows(InvalidBytesException.class, () -> HttpAnswer.parse(most, false));
    }

    @Test
    void gateway_lowestMetricOfTheDefaultRoutes_found() throws Exception {
        List<String> table = List.of(
                "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
                "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0",
                "eth0\t00000000\t0100470A\t0003\t0\t0\t100\t00000000\t0\t0\t0",
                "eth0\t0000470A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0");
        assertEquals(Optional.of(InetAddress.getByName("10.71.0.1")), RouteTable.gateway(table, true));
        assertEquals(Optional.empty(), RouteTable.gateway(table.subList(3, 4), true));
        assertEquals(Optional.empty(), RouteTable.gateway(List.of("", "a b c d e f g h"), true));
    }

    @Test
    void answers_damaged_refused() {
        Fuzz.run(74, List.of(bytes(FOUND)), bytes -> Ssdp.location(bytes, ROUTER));
        Fuzz.run(
                75,
                List.of(bytes("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n")),
                bytes -> {
                    var unused = HttpAnswer.parse(bytes, bytes.length % 2 == 0);
                });
        Fuzz.run(
                76,
                List.of(bytes(DESCRIPTION)),
                bytes -> UpnpDescription.services(ROUTER, PAGE, new String(bytes, StandardCharsets.UTF_8)));
        Fuzz.run(77, List.of(bytes(RESULT)), bytes -> {
            try {
                HttpAnswer answer = new HttpAnswer(200, new String(bytes, StandardCharsets.UTF_8));
                var unused = UpnpSoap.result("GetExternalIPAddress", answer);
            } catch (UpnpSoap.Refused refusal) {
                throw new InvalidBytesException("refusal", refusal);
            }
        });
    }

    private static Optional<HttpAnswer> parse(String text, boolean ended) {
        return HttpAnswer.parse(bytes(text), ended);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
