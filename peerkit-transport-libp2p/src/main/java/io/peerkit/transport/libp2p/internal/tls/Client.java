// SPDX-License-Identifier: Apache-2.0
package io.peerkit.transport.libp2p.internal.tls;

import java.io.IOException;
import java.util.Vector;
import org.bouncycastle.tls.AbstractTlsClient;
import org.bouncycastle.tls.CertificateRequest;
import org.bouncycastle.tls.ProtocolName;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsContext;
import org.bouncycastle.tls.TlsCredentials;
import org.bouncycastle.tls.TlsServerCertificate;

/** Tells Bouncy Castle's client what to offer. It names no server and resumes no session. */
@SuppressWarnings("JdkObsolete") // the library takes vectors
final class Client extends AbstractTlsClient {
    private final TlsParty party;

    Client(TlsParty party) {
        super(party.crypto());
        this.party = party;
    }

    TlsContext context() {
        return context;
    }

    @Override
    protected ProtocolVersion[] getSupportedVersions() {
        return TlsParty.versions();
    }

    @Override
    protected int[] getSupportedCipherSuites() {
        return TlsParty.cipherSuites();
    }

    @Override
    protected Vector<Integer> getSupportedGroups(@SuppressWarnings("rawtypes") Vector roles) {
        Vector<Integer> groups = new Vector<>();
        for (int group : TlsParty.groups()) {
            groups.add(group);
        }
        return groups;
    }

    @Override
    public Vector<Integer> getEarlyKeyShareGroups() {
        Vector<Integer> first = new Vector<>();
        first.add(TlsParty.groups()[0]);
        return first;
    }

    @Override
    protected Vector<ProtocolName> getProtocolNames() {
        return party.protocolNames();
    }

    @Override
    public int getMaxHandshakeMessageSize() {
        return TlsParty.MAX_MESSAGE_BYTES;
    }

    @Override
    public TlsAuthentication getAuthentication() {
        return new TlsAuthentication() {
            @Override
            public void notifyServerCertificate(TlsServerCertificate shown) throws IOException {
                party.judge(shown.getCertificate());
            }

            @Override
            public TlsCredentials getClientCredentials(CertificateRequest request) throws IOException {
                return party.credentials(context, request.getCertificateRequestContext());
            }
        };
    }
}
