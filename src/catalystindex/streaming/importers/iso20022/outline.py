"""Our own outline of the messages: the parts that are read, and the order of everything beside.

ISO 20022 gives the names and their order; this is our description of them, for all versions of a
message at once, and so wider than any one official schema: an element of one version is allowed in
all, and what is never read may hold anything. What is read is held to its type as ISO has it. See
`notation` for how to read it; who has the official schemas can have files held to those instead
(`ImportOptions.schemas`).

Wider on purpose, as files in use are: in camt.053 the group header, balances and the bank
transaction code may be missing, and the status may be plain text.
"""

from typing import Final

_AGENTS: Final = (
    "PrvsInstgAgt1? PrvsInstgAgt1Acct? PrvsInstgAgt2? PrvsInstgAgt2Acct? PrvsInstgAgt3? "
    "PrvsInstgAgt3Acct? PrvsInstgAgt? PrvsInstgAgtAcct? InstgAgt? InstdAgt? "
)
_INTERMEDIARIES: Final = (
    "IntrmyAgt1? IntrmyAgt1Acct? IntrmyAgt2? IntrmyAgt2Acct? IntrmyAgt3? IntrmyAgt3Acct? "
)

SHARED: Final = {
    "Party": "Nm?:Text140 PstlAdr?:Address Id?:PartyId CtryOfRes?:Country CtctDtls?",
    "Address": (
        "AdrTp? CareOf?:Text140 Dept?:Text70 SubDept?:Text70 StrtNm?:Text140 BldgNb?:Text16 "
        "BldgNm?:Text140 Flr?:Text70 UnitNb?:Text16 PstBx?:Text16 Room?:Text70 PstCd?:Text16 "
        "TwnNm?:Text140 TwnLctnNm?:Text140 DstrctNm?:Text140 CtrySubDvsn?:Text35 Ctry?:Country "
        "AdrLine{7}:Text70"
    ),
    "PartyId": "| OrgId:OrgId PrvtId:PrvtId",
    "OrgId": "BICOrBEI?:Bic AnyBIC?:Bic LEI?:Lei Othr*:Generic",
    "PrvtId": "DtAndPlcOfBirth?:Birth Othr*:Generic",
    "Birth": "BirthDt:Date PrvcOfBirth?:Text35 CityOfBirth:Text35 CtryOfBirth:Country",
    "Generic": "Id:Text256 SchmeNm?:Choice Issr?:Text35",
    "Choice": "| Cd:Text35 Prtry:Text35",
    "Account": "Id?:AccountId Tp?:Choice Ccy?:Ccy Nm?:Text70 Prxy?:Proxy",
    "AccountId": "| IBAN:Iban Othr:AccountOther",
    "AccountOther": "Id:Text34 SchmeNm?:Choice Issr?:Text35",
    "Proxy": "Tp?:Choice Id:Text2048",
    "Agent": "FinInstnId:Institution BrnchId?",
    "Institution": (
        "BIC?:Bic BICFI?:Bic ClrSysMmbId?:Member LEI?:Lei Nm?:Text140 PstlAdr? Othr?:AgentOther"
    ),
    "Member": "ClrSysId?:Choice MmbId:Text35",
    "AgentOther": "Id:Text35 SchmeNm? Issr?",
    "Remittance": "Ustrd*:Text140 Strd*:Structured",
    "Structured": (
        "RfrdDocInf*:Referred RfrdDocAmt? CdtrRefInf?:Reference Invcr? Invcee? TaxRmt? "
        "GrnshmtRmt? SctiesData* AddtlRmtInf{3}:Text140"
    ),
    "Referred": "Tp? Nb?:Text35 RltdDt? LineDtls*",
    "Reference": "Tp? Ref?:Text35",
    "PaymentType": "InstrPrty? ClrChanl? SvcLvl* LclInstrm? CtgyPurp?:Choice",
}
"""Types that all messages use, by our name for them."""

PACS_008: Final = {
    "Header": (
        "MsgId:Text35 CreDtTm:DateTime XpryDtTm? BtchBookg? NbOfTxs:Count CtrlSum?:Sum "
        "TtlIntrBkSttlmAmt?:Amount IntrBkSttlmDt?:Date SttlmInf PmtTpInf?:PaymentType InstgAgt? "
        "InstdAgt?"
    ),
    "Record": (
        "PmtId:PaymentId PmtTpInf?:PaymentType IntrBkSttlmAmt:Amount IntrBkSttlmDt?:Date "
        "SttlmPrty? SttlmTmIndctn?:Times SttlmTmReq? AddtlDtTm?:MoreTimes AccptncDtTm?:DateTime "
        "PoolgAdjstmntDt? InstdAmt?:Amount XchgRate? AgrdRate? ChrgBr ChrgsInf* MndtRltdInf? "
        f"PmtSgntr? {_AGENTS}{_INTERMEDIARIES}"
        "UltmtDbtr? InitgPty? Dbtr:Party DbtrAcct?:Account DbtrAgt:Agent DbtrAgtAcct? "
        "CdtrAgt:Agent CdtrAgtAcct? Cdtr:Party CdtrAcct?:Account UltmtCdtr? InstrForCdtrAgt* "
        "InstrForNxtAgt* Purp?:Choice RgltryRptg* Tax? RltdRmtInf* RmtInf?:Remittance "
        "SplmtryData*"
    ),
    "PaymentId": "InstrId?:Text35 EndToEndId:Text35 TxId?:Text35 UETR?:Uetr ClrSysRef?:Text35",
    "Times": "DbtDtTm?:DateTime CdtDtTm?:DateTime",
    "MoreTimes": "AccptncDtTm?:DateTime PoolgAdjstmntDt? XpryDtTm?",
}

PAIN_001: Final = {
    "Header": (
        "MsgId:Text35 CreDtTm:DateTime Authstn* NbOfTxs:Count CtrlSum?:Sum InitgPty:Party "
        "FwdgAgt? InitnSrc?"
    ),
    "Container": (
        "PmtInfId:Text35 PmtMtd:Method ReqdAdvcTp? BtchBookg? NbOfTxs?:Count CtrlSum?:Sum "
        "PmtTpInf?:PaymentType ReqdExctnDt:Execution PoolgAdjstmntDt? Dbtr:Party "
        "DbtrAcct:Account DbtrAgt:Agent DbtrAgtAcct? InstrForDbtrAgt? UltmtDbtr? ChrgBr? "
        "ChrgsAcct? ChrgsAcctAgt? CdtTrfTxInf*"
    ),
    "Record": (
        "PmtId:PaymentId PmtTpInf?:PaymentType Amt:AmountChoice XchgRateInf? ChrgBr? "
        f"MndtRltdInf? ChqInstr? UltmtDbtr? {_INTERMEDIARIES}"
        "CdtrAgt?:Agent CdtrAgtAcct? Cdtr?:Party CdtrAcct?:Account UltmtCdtr? InstrForCdtrAgt* "
        "InstrForDbtrAgt? Purp?:Choice RgltryRptg* Tax? RltdRmtInf* RmtInf?:Remittance "
        "SplmtryData*"
    ),
    "PaymentId": "InstrId?:Text35 EndToEndId:Text35 UETR?:Uetr",
    "AmountChoice": "| InstdAmt:Amount EqvtAmt:Equivalent",
    "Equivalent": "Amt:Amount CcyOfTrf:Ccy",
    "Execution": "| Dt:Date DtTm:DateTime",
}

CAMT_053: Final = {
    "Header": "MsgId:Text35 CreDtTm:DateTime MsgRcpt? MsgPgntn? OrgnlBizQry? AddtlInf?",
    "Container": (
        "Id:Text35 StmtPgntn? ElctrncSeqNb? RptgSeq? LglSeqNb? CreDtTm?:DateTime FrToDt? "
        "CpyDplctInd? RptgSrc? Acct:OwnAccount RltdAcct? Intrst* Bal* TxsSummry?:Summary Ntry* "
        "AddtlStmtInf?"
    ),
    "OwnAccount": (
        "Id?:AccountId Tp?:Choice Ccy?:Ccy Nm?:Text70 Prxy?:Proxy Ownr?:Party Svcr?:Agent"
    ),
    "Summary": "TtlNtries?:Total TtlCdtNtries? TtlDbtNtries? TtlNtriesPerBkTxCd*",
    "Total": "NbOfNtries?:Count Sum?:Sum TtlNetNtry? TtlNetNtryAmt? CdtDbtInd?",
    "Record": (
        "NtryRef?:Text35 Amt:Amount CdtDbtInd:Direction RvslInd?:Bool Sts BookgDt?:Execution "
        "ValDt?:Execution AcctSvcrRef?:Text35 Avlbty* BkTxCd?:BankCode ComssnWvrInd? AddtlInfInd? "
        "AmtDtls?:AmountDetails Chrgs* TechInptChanl? Intrst* CardTx? NtryDtls*:Details "
        "AddtlNtryInf?:Text500"
    ),
    "Execution": "| Dt:Date DtTm:DateTime",
    "BankCode": "Domn?:Domain Prtry?",
    "Domain": "Cd:Text4 Fmly:DomainFamily",
    "DomainFamily": "Cd:Text4 SubFmlyCd:Text4",
    "AmountDetails": ("InstdAmt?:OneAmount TxAmt?:OneAmount CntrValAmt? AnncdPstngAmt? PrtryAmt*"),
    "OneAmount": "Amt:Amount CcyXchg*",
    "Details": "Btch? TxDtls*:Detail",
    "Detail": (
        "Refs?:Refs Amt?:Amount CdtDbtInd?:Direction AmtDtls?:AmountDetails Avlbty* "
        "BkTxCd?:BankCode Chrgs* Intrst* RltdPties?:Parties RltdAgts?:Agents LclInstrm? PmtTpInf? "
        "Purp?:Choice RltdRmtInf* RmtInf?:Remittance RltdDts?:Dates RltdPric? RltdQties* "
        "FinInstrmId? Tax? RtrInf? RltdCorpActn? CorpActn? SfkpgAcct? UndrlygAllcn* CshDpst* "
        "CardTx? InstrCpy? AddtlTxInf?:Text500 SplmtryData*"
    ),
    "Refs": (
        "MsgId?:Text35 AcctSvcrRef?:Text35 PmtInfId? InstrId?:Text35 EndToEndId?:Text35 UETR?:Uetr "
        "TxId?:Text35 MndtId? ChqNb? ClrSysRef? AcctOwnrTxId? AcctSvcrTxId? MktInfrstrctrTxId? "
        "PrcgId? RtrId? Prtry*"
    ),
    "Parties": (
        "InitgPty? Dbtr?:PartyOrAgent DbtrAcct?:Account UltmtDbtr? Cdtr?:PartyOrAgent "
        "CdtrAcct?:Account UltmtCdtr? TradgPty? Prtry*"
    ),
    "PartyOrAgent": (
        "Pty?:Party Agt?:Agent Nm?:Text140 PstlAdr?:Address Id?:PartyId CtryOfRes?:Country "
        "CtctDtls?"
    ),
    "Agents": (
        "InstgAgt? InstdAgt? DbtrAgt?:Agent CdtrAgt?:Agent IntrmyAgt1? IntrmyAgt2? IntrmyAgt3? "
        "RcvgAgt? DlvrgAgt? IssgAgt? SttlmPlc? Prtry*"
    ),
    "Dates": (
        "AccptncDtTm?:DateTime TradActvtyCtrctlSttlmDt? TradDt? IntrBkSttlmDt? StartDt? EndDt? "
        "TxDtTm?:DateTime Prtry*"
    ),
}

_OUTLINES: Final = {"pacs.008": PACS_008, "pain.001": PAIN_001, "camt.053": CAMT_053}


def outline_of(family: str, version: int) -> dict[str, str]:
    """Return the types of one message by name: ``Header``, ``Record``, maybe ``Container``."""
    types = SHARED | _OUTLINES[family]
    if family == "pain.001" and version < 8:
        container = types["Container"].replace("ReqdExctnDt:Execution", "ReqdExctnDt:Date")
        types["Container"] = container
    return types
