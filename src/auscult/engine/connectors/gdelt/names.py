"""The names by which GDELT calls languages and countries, and the codes that posts have.

Languages: GDELT Translingual's 65; countries: its LOOKUP-COUNTRIES list. "Equatorial Guinea"
isn't here: that list gives the name to Guinea as well.
"""

from __future__ import annotations

# fmt: off
_LANGUAGES = """
Afrikaans=af Albanian=sq Arabic=ar Armenian=hy Azerbaijani=az Bengali=bn Bosnian=bs Bulgarian=bg
Catalan=ca Chinese=zh Croatian=hr Czech=cs Danish=da Dutch=nl English=en Estonian=et Finnish=fi
French=fr Galician=gl Georgian=ka German=de Greek=el Gujarati=gu Hebrew=he Hindi=hi Hungarian=hu
Icelandic=is Indonesian=id Italian=it Japanese=ja Kannada=kn Kazakh=kk Korean=ko Latvian=lv
Lithuanian=lt Macedonian=mk Malay=ms Malayalam=ml Marathi=mr Mongolian=mn Nepali=ne Norwegian=no
NorwegianNynorsk=nn Persian=fa Polish=pl Portuguese=pt Punjabi=pa Romanian=ro Russian=ru
Serbian=sr Sinhalese=si Slovak=sk Slovenian=sl Somali=so Spanish=es Swahili=sw Swedish=sv Tamil=ta
Telugu=te Thai=th Tibetan=bo Turkish=tr Ukrainian=uk Urdu=ur Vietnamese=vi
"""
_COUNTRIES = """
Afghanistan=afg Albania=alb Algeria=dza American_Samoa=asm Andorra=and Angola=ago Anguilla=aia
Antarctica=ata Antigua_and_Barbuda=atg Argentina=arg Armenia=arm Aruba=abw Australia=aus
Austria=aut Azerbaijan=aze Bahamas=bhs Bahrain=bhr Bangladesh=bgd Barbados=brb Belarus=blr
Belgium=bel Belize=blz Benin=ben Bermuda=bmu Bhutan=btn Bolivia=bol Bosnia-Herzegovina=bih
Bosnia_and_Herzegovina=bih Botswana=bwa Brazil=bra British_Virgin_Islands=vgb Brunei=brn
Bulgaria=bgr Burkina_Faso=bfa Burma=mmr Myanmar=mmr Burundi=bdi Cambodia=khm Cameroon=cmr
Canada=can Cape_Verde=cpv Cayman_Islands=cym Central_African_Republic=caf Chad=tcd Chile=chl
China=chn Christmas_Island=cxr Cocos_Keeling_Islands=cck Colombia=col Comoros=com Congo=cog
Cook_Islands=cok Costa_Rica=cri Cote_D'ivoire=civ Ivory_Coast=civ Croatia=hrv Cuba=cub Cyprus=cyp
Czech_Republic=cze Czechoslovakia=svk Denmark=dnk Democratic_Republic_of_The_Congo=cod
Djibouti=dji Dominica=dma Dominican_Republic=dom Timor-Leste=tls East_Timor=tls Ecuador=ecu
Egypt=egy El_Salvador=slv Eritrea=eri Estonia=est Ethiopia=eth Falkland_Islands=flk
Faroe_Islands=fro Fiji=fji Finland=fin France=fra French_Guiana=guf French_Polynesia=pyf Gabon=gab
Gambia=gmb Georgia=geo Germany=deu Ghana=gha Gibraltar=gib Greece=grc Greenland=grl Grenada=grd
Guadeloupe=glp Guam=gum Guatemala=gtm Guernsey=ggy Guinea=gin Guinea-Bissau=gnb Guyana=guy
Haiti=hti Honduras=hnd Hong_Kong=hkg Hungary=hun Iceland=isl India=ind Indonesia=idn Iran=irn
Iraq=irq Ireland=irl Isle_of_Man=imn Israel=isr Italy=ita Jamaica=jam Japan=jpn Jersey=jey
Jordan=jor Kazakhstan=kaz Kenya=ken Kiribati=kir Kuwait=kwt Kyrgyzstan=kgz Laos=lao Latvia=lva
Lebanon=lbn Lesotho=lso Liberia=lbr Libya=lby Liechtenstein=lie Lithuania=ltu Luxembourg=lux
Macau=mac Macedonia=mkd North_Macedonia=mkd Madagascar=mdg Malawi=mwi Malaysia=mys Maldives=mdv
Mali=mli Malta=mlt Marshall_Islands=mhl Martinique=mtq Mauritania=mrt Mauritius=mus Mayotte=myt
Mexico=mex Micronesia=fsm Moldova=mda Monaco=mco Mongolia=mng Montenegro=mne Montserrat=msr
Morocco=mar Mozambique=moz Namibia=nam Nauru=nru Nepal=npl Netherlands=nld New_Caledonia=ncl
New_Zealand=nzl Nicaragua=nic Niger=ner Nigeria=nga Niue=niu Norfolk_Island=nfk North_Korea=prk
Northern_Mariana_Islands=mnp Norway=nor Oman=omn Pakistan=pak Palau=plw Panama=pan
Papua_New_Guinea=png Paraguay=pry Peru=per Philippines=phl Pitcairn_Islands=pcn Poland=pol
Portugal=prt Puerto_Rico=pri Qatar=qat Reunion=reu Romania=rou Russia=rus Rwanda=rwa
Saint_Helena=shn Saint_Kitts_and_Nevis=kna Saint_Lucia=lca Saint_Vincent_and_The_Grenadines=vct
Samoa=wsm San_Marino=smr Sao_Tome_and_Principe=stp Saudi_Arabia=sau Senegal=sen Serbia=srb
Seychelles=syc Sierra_Leone=sle Singapore=sgp Slovak_Republic=svk Slovakia=svk Slovenia=svn
Solomon_Islands=slb Somalia=som South_Africa=zaf South_Korea=kor South_Sudan=ssd Spain=esp
Sri_Lanka=lka Sudan=sdn Suriname=sur Svalbard=sjm Swaziland=swz Eswatini=swz Sweden=swe
Switzerland=che Syria=syr Taiwan=twn Tajikistan=tjk Tanzania=tza Thailand=tha Togo=tgo Tokelau=tkl
Tonga=ton Trinidad_and_Tobago=tto Tunisia=tun Turkey=tur Turkmenistan=tkm
Turks_and_Caicos_Islands=tca Tuvalu=tuv Uganda=uga Ukraine=ukr United_Arab_Emirates=are
United_Kingdom=gbr United_States=usa Uruguay=ury Uzbekistan=uzb Vanuatu=vut Vatican_City=vat
Venezuela=ven Vietnam=vnm Virgin_Islands=vir Wallis_and_Futuna=wlf West_Bank=pse Gaza_Strip=pse
Palestine=pse Western_Sahara=esh Yemen=yem Zambia=zmb Zimbabwe=zwe
"""
# fmt: on


def _table(text: str) -> dict[str, str]:
    pairs = (pair.rpartition("=") for pair in text.split())
    return {_key(name.replace("_", " ")): code for name, _, code in pairs}


def _key(name: str) -> str:
    return "".join(sign for sign in name.lower() if sign.isalpha())


_LANGUAGE_CODES = _table(_LANGUAGES)
_COUNTRY_CODES = _table(_COUNTRIES)


def language(name: str) -> str | None:
    """Return the BCP 47 code of a language; None when it isn't known.

    >>> language("Spanish")
    'es'
    """
    return _LANGUAGE_CODES.get(_key(name))


def country(name: str) -> str | None:
    """Return a country's ISO 3166-1 alpha-3 code in lower case; None when it isn't known.

    >>> country("United Kingdom")
    'gbr'
    """
    return _COUNTRY_CODES.get(_key(name))
